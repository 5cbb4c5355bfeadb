// SPDX-License-Identifier: Apache-2.0
// waitfor.h: who waits for a lock that who holds, and the report when that closes a cycle.
//
// A goroutine that has to wait for a mutex, a once or a rwmutex says so in gp->blocked_on before it parks and
// takes it back when it has the lock. Of the parks' own commits the last one to complete a cycle finds it.
#ifndef CRUN_DIAG_WAITFOR_H
#define CRUN_DIAG_WAITFOR_H

#include "crun/sync.h"
#include "diag/deadlock/misuse.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"

// What all share.
struct waitfor {
  struct lock holders_lock;
  struct read_holds *holders;  // under holders_lock: of those that wait and hold a rwmutex for reading
  _Atomic uint32_t nholders;   // written under holders_lock
  _Atomic uint32_t walk_lock;  // 1 while a walk is under way
};
extern struct waitfor waitfor;

// What is waited for, in the low bits of blocked_on.
enum blocked {
  BLOCKED_MUTEX = 1,
  BLOCKED_ONCE,     // a once's mutex
  BLOCKED_WRITER,   // a rwmutex's mutex, which writers take first
  BLOCKED_READERS,  // as the pending writer, for the readers that are in
  BLOCKED_READ,     // as a reader, for the writer that is pending or in
  BLOCKED_BITS = 7,
};

// waitfor_given notes that gp owns m, or will in a moment, by the user's call `at`, whose stack is noted.
static inline void waitfor_given(cr_mutex *m, struct g *gp, callsite at) {
  m->self = (uint32_t)(uintptr_t)m;
  store_rlx(&m->locked, at);
  store_rel(&m->owner, (void *)gp);
}

// waitfor_taken is what gp itself does once it owns m, by the user's call `at`; waitfor_left comes before it gives m up,
// and returns what waitfor_kept wants.
static inline void waitfor_taken(cr_mutex *m, struct g *gp, callsite at) {
  gp->nlocked++;
  m->self = (uint32_t)(uintptr_t)m;
  callsite_set(&m->locked, at);
  store_rel(&m->owner, (void *)gp);
}

static inline callsite waitfor_left(cr_mutex *m, struct g *gp, callsite at) {
  callsite before = load_rlx(&m->unlocked);
  gp->nlocked--;
  callsite_set(&m->unlocked, at);
  return before;
}

// waitfor_kept takes waitfor_left back: gp may not even have had m.
static inline void waitfor_kept(cr_mutex *m, struct g *gp, callsite before) {
  gp->nlocked++;
  store_rlx(&m->unlocked, before);
}

// waitfor_is_copy tells, to m's owner, whether m was copied from a mutex that was locked.
static inline bool waitfor_is_copy(const cr_mutex *m) { return m->self != (uint32_t)(uintptr_t)m; }

// waitfor_begin says that gp has to wait for lock, asked for by the call `at`; waitfor_end that it does no more.
//   R1: waitfor_begin's store   A1: the walk's loads: of two that close a cycle at once one sees the other
void waitfor_begin(struct g *gp, const void *lock, enum blocked what, callsite at);
void waitfor_end(struct g *gp);

// park_blocked is park_unlock for a goroutine between waitfor_begin and waitfor_end: once it can be made ready
// it looks for the cycle that it may have closed.
void park_blocked(struct lock *l, enum wait_reason why);

// waitfor_read_begin and waitfor_read_end note that gp holds rw for reading; the latter is false if it does not.
void waitfor_read_begin(struct g *gp, cr_rwmutex *rw, callsite at);
bool waitfor_read_end(struct g *gp, cr_rwmutex *rw);

// waitfor_read_place is where gp, which waits, locked rw for reading; waitfor_place where m was locked last.
struct place waitfor_read_place(struct g *gp, const cr_rwmutex *rw);
struct place waitfor_place(const cr_mutex *m);

// waitfor_g_ended is called for a goroutine that has ended: who waits for what it has locked waits for ever.
void waitfor_g_ended_slow(struct g *gp);
static inline void waitfor_g_ended(struct g *gp) {
  if (__builtin_expect(gp->nlocked || gp->reads, 0)) waitfor_g_ended_slow(gp);
}

// waitfor_misuse tells of an unlock of m at pc that is wrong, with where m was locked and unlocked last.
void waitfor_misuse(const cr_mutex *m, const char *rule, uintptr_t pc);

// waitfor_forget: in the child of a fork nobody waits.
void waitfor_forget(void);

// waitfor_owner is the goroutine that gp waits for; nil: it waits for no lock, or for several readers. The answer
// is of the moment: for dumps, while nothing runs.
struct g *waitfor_owner(struct g *gp);

#endif
