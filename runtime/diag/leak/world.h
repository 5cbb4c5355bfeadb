// SPDX-License-Identifier: Apache-2.0
// world.h: all threads of the process stand still, each with its registers known.
#ifndef CRUN_DIAG_WORLD_H
#define CRUN_DIAG_WORLD_H

#include "sched/g.h"

enum standing_state { STANDING_ASKED, STANDING_STOPPED, STANDING_LEFT, STANDING_NOT };

// A thread while the world stands.
struct standing {
  _Atomic uint32_t state;
  _Atomic uint32_t held;     // futex: 1 while it is to stand
  int tid;
  struct m *m;               // nil: it never used crun
  uintptr_t sp;              // where it was stopped
  uintptr_t frame;           // its registers lie from here up to its signal stack's end, or sp's stack
  uintptr_t alt_hi;          // the end of the signal stack it stands on; 0: on none
  bool moving;               // inside realloc
};

// world_stop stops every thread but this one, the watching one and those Ms that wait for work; it holds the
// scheduler's locks then. False: some thread could not be stopped and runs, or is inside realloc for long: nothing
// is stopped. A thread that has the signal blocked and sleeps counts as stopped, in STANDING_NOT.
//   It may be called by a thread of the runtime's own that is no M, one at a time. Until world_start it may
//   allocate nothing and take no lock.
bool world_stop(void);
void world_start(void);

// world_each calls fn for each thread that world_stop asked.
void world_each(void (*fn)(struct standing *s, void *arg), void *arg);

// world_memory is what is used for it.
void world_memory(uintptr_t *lo, uintptr_t *hi);

#endif
