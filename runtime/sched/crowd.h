// SPDX-License-Identifier: Apache-2.0
// crowd.h: threads that compute without a P, and the goroutines that are not begun because of them.
//
// A goroutine that computes keeps its thread and loses its P (sysmon.c); it is a hog until it comes back. There
// are fewer than two a P of them: at the bound no P is taken from one that computes, and an M does not begin a
// goroutine that never ran; it is held until a hog comes back. Goroutines that have run go on as always, and find
// a P idle: the one that was taken last. So threads that run are at most three a P, this one's watcher included,
// and who wakes up runs soon.
//
// Hogs may never come back while a held goroutine is what they wait for. So the bound is no wall: it grows by one
// whenever nobody came back while the process has computed for 200 ms a P and somebody waits. It falls back when
// there are fewer hogs than the bound.
//
// Nor may hogs that come back and compute again starve who is held, each in its turn: when one that already had a slice has
// another, those held have one too. They begin on a P then, ahead of all others, so the threads are not more for that.
#ifndef CRUN_CROWD_H
#define CRUN_CROWD_H

#include "sched/wake.h"

// What each pick looks at; it changes rarely.
struct crowd {
  _Alignas(64) _Atomic uint32_t nhogs;  // written under retake_lock
  _Atomic uint32_t nheld;               // written under sched.lock
  _Atomic uint32_t nurgent;             // written under sched.lock: the length of sched.urgent
  _Atomic uint32_t extra;               // sysmon: by how many the bound has grown
  _Atomic uint32_t back;                // hogs that came back, ever
  _Atomic int64_t pass;                 // until when those held may begin in spite of the crowd; 0: not; or PASS_GIVEN
};
enum { PASS_GIVEN = 1 };  // from when the first asks on
extern struct crowd crowd;

static inline uint32_t hogs_bound(void) { return 2 * load_rlx(&sched.nprocs) - 1; }

static inline bool crowded(void) {
  uint32_t hogs = load_rlx(&crowd.nhogs);
  return __builtin_expect(hogs != 0, 0) && hogs >= hogs_bound() + load_rlx(&crowd.extra);
}

// held_may_begin tells whether goroutines are held that an M with a P would begin.
static inline bool held_may_begin(void) { return load_rlx(&crowd.nheld) && (!crowded() || load_rlx(&crowd.pass)); }

// hold keeps gp, which never ran, until the crowd is smaller; held_get returns the oldest of them, or nil.
void hold(struct g *gp);
struct g *held_get(void);

// lost_add: mp, whose P was taken, runs on without; lost_remove: it comes back. Under retake_lock.
void lost_add(struct m *mp, bool hog);
void lost_remove(struct m *mp);

// crowd_watch is sysmon's: looks whether those without a P still compute, and whether the bound must grow.
// refused: somebody waits for a P that was not taken because of the bound.
void crowd_watch(int64_t now, bool refused);

// crowd_slice_over: gp has had a P for a whole slice while others waited. sysmon's.
void crowd_slice_over(struct g *gp);

// crowd_forget: in the child of a fork.
void crowd_forget(void);

#endif
