// SPDX-License-Identifier: Apache-2.0
// lockorder.h: the watch over the order in which locks are taken: deadlocks that did not happen, but could.
//
// On under -race, and by CRUNDEBUG=lockorder=1. While it is off each hook is a test of one flag. The public
// calls of the locks have a hook after an acquisition and one before a release; what orders goroutines without
// a lock (a start, a join, a message) has one on either side.
#ifndef CRUN_DIAG_LOCKORDER_H
#define CRUN_DIAG_LOCKORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/order/lockgraph.h"
#include "diag/order/lockwait.h"
#include "sched/sched.h"

// lockorder_on is read-only after sched_start, but for the child of a fork, which turns it off.
extern bool lockorder_on;
#define lockorder_is_on() __builtin_expect(lockorder_on, 0)

// lockorder_init turns it on if the settings say so, or the detector is there.
void lockorder_init(void);

// ---- goroutines ------------------------------------------------------------------------------------

struct lock_order;  // what a goroutine holds; made when it first needs one

void lockorder_started_slow(struct g *gp, struct g *creator);
void lockorder_ended_slow(struct g *gp);

// lockorder_started: gp is about to begin, by creator (nil: by nobody).
static inline void lockorder_started(struct g *gp, struct g *creator) {
  if (lockorder_is_on()) lockorder_started_slow(gp, creator);
}

// lockorder_ended: gp has ended. lockorder_freed: so has the struct g.
static inline void lockorder_ended(struct g *gp) {
  if (lockorder_is_on()) lockorder_ended_slow(gp);
}
void lockorder_freed(struct g *gp);

// ---- locks -----------------------------------------------------------------------------------------

// With a lock_mode: the acquisition would not have waited; the lock is libc's.
enum { LOCK_TRIED = 8, LOCK_FOREIGN = 16 };

void lockorder_acquired_by(struct g *gp, const void *lock, _Atomic uint32_t *id, unsigned how, uintptr_t pc);
void lockorder_released_by(struct g *gp, const void *lock, _Atomic uint32_t *id);

// lockorder_number returns the number of libc's lock, which is at id_at; it is made if needed. 0: there is none to be had.
uint32_t lockorder_number(const void *lock, _Atomic uint32_t *id_at);

// lockorder_acquired_foreign is lockorder_acquired_by for such a lock; how has LOCK_FOREIGN.
void lockorder_acquired_foreign(struct g *gp, const void *lock, uint32_t number, unsigned how, uintptr_t pc);

// lockorder_released_foreign: o's goroutine is about to release libc's lock, which is not the last it has taken, or not watched.
void lockorder_released_foreign(struct lock_order *o, const void *lock);

// lockorder_requested: the last of what the goroutine that runs holds is a request (lockheld.h); o is its order.
void lockorder_requested(struct lock_order *o, bool tried);

// lockorder_acquired: the goroutine that runs has taken lock for the call that returns to pc, in the way how: a
// lock_mode, or LOCK_TRIED with one. id is the lock's own word for us, 0 in a lock that is new.
static inline __attribute__((always_inline)) void lockorder_acquired(const void *lock, _Atomic uint32_t *id, unsigned how,
                                                                     uintptr_t pc) {
  if (lockorder_is_on()) lockorder_acquired_by(getg(), lock, id, how, pc);
}

// lockorder_released: it is about to release lock.
static inline __attribute__((always_inline)) void lockorder_released(const void *lock, _Atomic uint32_t *id) {
  if (lockorder_is_on()) lockorder_released_by(getg(), lock, id);
}

// ---- what orders goroutines without a lock -----------------------------------------------------------

void lockorder_publish_slow(const void *object);
void lockorder_learn_slow(const void *object);

// lockorder_publish: what the goroutine that runs did so far comes before whatever follows a later
// lockorder_learn of object. Both may be called where no goroutine runs, and do nothing then.
static inline void lockorder_publish(const void *object) {
  if (lockorder_is_on()) lockorder_publish_slow(object);
}
static inline void lockorder_learn(const void *object) {
  if (lockorder_is_on()) lockorder_learn_slow(object);
}

// lockorder_forget: object's memory is given back.
void lockorder_forget_slow(const void *object);
static inline void lockorder_forget(const void *object) {
  if (lockorder_is_on()) lockorder_forget_slow(object);
}

// ---- waits that are no locks -------------------------------------------------------------------------

// How many of the operations on an object complete a wait for it.
enum completes { ONE_COMPLETES, ALL_COMPLETE };

void lockorder_operation_slow(const void *object, enum completes c, _Atomic bool *open, uintptr_t pc);
void lockorder_waits_slow(const void *const *object, uint32_t n, uintptr_t pc);

// lockorder_operation: the goroutine that runs is about to do, for the call that returns to pc, what completes
// waits for object; it publishes as well. open (nil: the object has none) is a flag of the object's own, false when
// it is new: some operation was made with no lock.
static inline void lockorder_operation(const void *object, enum completes c, _Atomic bool *open, uintptr_t pc) {
  if (lockorder_is_on()) lockorder_operation_slow(object, c, open, pc);
}

// lockorder_waited: all that wait for object go on, and it may be used anew.
static inline void lockorder_waited(const void *object) {
  if (lockorder_is_on()) waits_forget(object);
}

// lockorder_waits: it is about to wait for object.
static inline void lockorder_waits(const void *object, uintptr_t pc) {
  if (lockorder_is_on()) lockorder_waits_slow(&object, 1, pc);
}

// lockorder_learn_g is lockorder_learn for gp, which does not run yet.
void lockorder_learn_g(struct g *gp, const void *object);

#endif
