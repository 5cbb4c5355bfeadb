// SPDX-License-Identifier: Apache-2.0
// sema.c: the counting semaphore: permits, or a FIFO of parked goroutines.
//
// A release hands its permit to the first waiter, so permits and waiters never exist together, and
// nobody overtakes. Both sides take the lock even when it could be avoided: the acquirer of the last
// permit may free the semaphore, and by taking the lock it knows that the releaser is out of it.
//
// Lock rank: s->lock, above the scheduler's.
//   R1: unlock in sema_release (a permit left behind), or ready()
//   A1: lock in sema_acquire, or the return from park
#include "sync/sema.h"

#include "base/atomic.h"
#include "base/lock.h"
#include "chan/waitq.h"
#include "diag/deadlock/waitfor.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static struct lock *lock_of(cr_sema *s) { return (struct lock *)&s->lock; }

bool sema_try_acquire(cr_sema *s) {
  lock(lock_of(s));  // A1
  bool got = s->count > 0;
  if (got) s->count--;
  unlock(lock_of(s));
  return got;
}

void sema_acquire(cr_sema *s, enum wait_reason why) {
  struct sudog sg;
  lock(lock_of(s));  // A1
  if (s->count > 0) {
    s->count--;
    unlock(lock_of(s));
    return;
  }
  sg = (struct sudog){.g = getg()};
  sg.g->waiting = &sg;
  waitq_push(&s->waiters, &sg);
  if (why == WAIT_RWMUTEX_R || why == WAIT_RWMUTEX_W) park_blocked(lock_of(s), why);  // A1
  else park_unlock(lock_of(s), why);                                                  // A1
  sg.g->waiting = NULL;
}

void sema_release(cr_sema *s, uint32_t n) {
  struct sudog *woken = NULL, **tail = &woken;
  lock(lock_of(s));
  while (n > 0) {
    struct sudog *sg = waitq_pop(&s->waiters);
    if (!sg) break;
    *tail = sg;
    tail = &sg->next;
    n--;
  }
  s->count += n;
  unlock(lock_of(s));  // R1
  while (woken) {
    struct sudog *sg = woken;
    woken = sg->next;
    ready(sg->g);  // R1
  }
}

bool sema_is_valid(const cr_sema *s) {
  return waitq_is_valid(&s->waiters) && (s->count == 0 || waitq_empty(&s->waiters));
}

// ---- the public calls ---------------------------------------------------------------------------

void cr_sema_acquire(cr_sema *s) {
  if (__atomic_load_n(&s->count, __ATOMIC_RELAXED) == 0) lockorder_waits(s, PC());
  rt_enter();
  sema_acquire(s, WAIT_SEMA);
  race_acquire(s);
  lockorder_learn(s);
  rt_exit();
}

bool cr_sema_try_acquire(cr_sema *s) {
  rt_enter();
  bool got = sema_try_acquire(s);
  if (got) {
    race_acquire(s);
    lockorder_learn(s);
  }
  rt_exit();
  return got;
}

void cr_sema_release(cr_sema *s) {
  rt_enter();
  race_release_merge(s);
  lockorder_operation(s, ONE_COMPLETES, NULL, PC());
  sema_release(s, 1);
  rt_exit();
}
