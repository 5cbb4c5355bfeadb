// SPDX-License-Identifier: Apache-2.0
// vain.h: wakes in vain: threads woken for work that the P which had it would have done sooner.
//
// A goroutine that is driven out of runnext is offered to an idle P. Where goroutines exchange messages, what the woken
// M steals has parked again within a microsecond; the wake took several, and the channels' memory goes to and fro between
// two processors. So an M looks, before it steals again, what came of the last time. If that was too little for
// STRIKES times in a row it sleeps, and during a pause, twice as long each time, nobody is woken for who is driven out.
// The first theft that is worth it ends the pauses. Goroutines that are started wake somebody as ever, and sysmon does
// if one goroutine goes on while others wait: a pause delays what runs beside another by one look of sysmon at most.
#ifndef CRUN_VAIN_H
#define CRUN_VAIN_H

#include "base/os.h"
#include "sched/wake.h"

enum { STRIKES = 4, LITTLE_PICKS = 2 };
enum { LITTLE_TICKS = 1 << 14, PAUSE_MIN_TICKS = 1 << 16, PAUSE_MAX_TICKS = 1 << 22 };  // 5 us; 20 us to 1.5 ms

struct vain {
  _Alignas(64) _Atomic uint64_t pause;  // in ticks; 0: who is driven out wakes somebody
  _Atomic uint64_t since;               // when it began
};
extern struct vain vain;

// vain_now tells whether a wake would probably be in vain.
static inline bool vain_now(void) {
  uint64_t pause = load_rlx(&vain.pause);
  return pause && cpu_ticks() - load_rlx(&vain.since) < pause;
}

// vain_begin: mp stole what it runs now.
static inline void vain_begin(struct m *mp) {
  mp->stole_at = cpu_ticks();
  mp->stole_tick = load_rlx(&mp->p->schedtick);
}

// vain_again tells whether mp had better sleep than steal again.
bool vain_again(struct m *mp);

#endif
