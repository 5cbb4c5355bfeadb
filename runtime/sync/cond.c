// SPDX-License-Identifier: Apache-2.0
// cond.c: the condition variable: a FIFO of goroutines that wait to be signalled.
//
// A waiter queues itself under c->lock, unlocks the user's mutex while it still holds c->lock, and
// lets c->lock go once it is parked. A signaller takes c->lock, so it either comes before the waiter
// unlocked the mutex, or finds it parked: no signal falls in between.
//
// A lock of the user's own may park in its unlock, so it is called with c->lock free. A signal may come in
// between then: it takes the waiter off the queue, who finds that out before it parks.
//
// Lock rank: c->lock, above a mutex's own lock.
// There is no edge here: the detector sees the user's mutex, and nothing of c.
#include "base/atomic.h"
#include "base/lock.h"
#include "chan/waitq.h"
#include "crun/sync.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "sync/sema.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static struct lock *lock_of(cr_cond *c) { return (struct lock *)&c->lock; }

// unlock_user and lock_user are how the caller's lock is given up and retaken.
struct locker {
  void (*unlock)(void *l);
  void (*lock)(void *l);
  void *l;
};

// owned is one of ours: its calls take the user's.
struct owned {
  void *l;
  callsite at;
  uintptr_t pc;
};

static void wait(cr_cond *c, const struct locker *user) {
  struct g *gp = getg();
  struct sudog sg = {.g = gp};
  lock(lock_of(c));
  waitq_push(&c->waiters, &sg);
  store_rlx(&c->nwait, load_rlx(&c->nwait) + 1);
  user->unlock(user->l);
  gp->waiting = &sg;
  park_unlock(lock_of(c), WAIT_COND);
  gp->waiting = NULL;
  user->lock(user->l);
}

// wait_any is wait for a lock whose functions are the user's.
static void wait_any(cr_cond *c, const struct locker *user, uintptr_t pc) {
  struct g *gp = getg();
  struct sudog sg = {.g = gp, .awake = true};
  rt_enter();
  lock(lock_of(c));
  waitq_push(&c->waiters, &sg);
  store_rlx(&c->nwait, load_rlx(&c->nwait) + 1);
  unlock(lock_of(c));
  rt_exit();
  race_enter(pc);
  user->unlock(user->l);
  race_leave();
  rt_enter();
  lock(lock_of(c));
  if (sg.success) {
    unlock(lock_of(c));
  } else {
    sg.awake = false;
    gp->waiting = &sg;
    park_unlock(lock_of(c), WAIT_COND);
    gp->waiting = NULL;
  }
  rt_exit();
  race_enter(pc);
  user->lock(user->l);
  race_leave();
}

static void wake(cr_cond *c, uint32_t n) {
  if (load_acq(&c->nwait) == 0) return;
  struct sudog *woken = NULL, **tail = &woken;
  lock(lock_of(c));
  for (struct sudog *sg; n > 0 && (sg = waitq_pop(&c->waiters)); n--) {
    store_rlx(&c->nwait, load_rlx(&c->nwait) - 1);
    sg->success = true;
    if (sg->awake) continue;  // gone once it has c->lock
    *tail = sg;
    tail = &sg->next;
  }
  *tail = NULL;
  unlock(lock_of(c));
  while (woken) {
    struct sudog *sg = woken;
    woken = sg->next;
    ready(sg->g);
  }
}

static void unlock_mutex(void *arg) {
  struct owned *o = arg;
  race_mutex_unlocks(o->l);
  mutex_unlock(o->l, o->at, o->pc);
}

static void lock_mutex(void *arg) {
  struct owned *o = arg;
  mutex_lock(o->l, WAIT_MUTEX, o->at);
  race_mutex_locked(o->l, o->pc, callsite_context(o->at));
}

static void unlock_rwmutex(void *arg) {
  struct owned *o = arg;
  rwmutex_unlock(o->l, o->at, o->pc);
}

static void lock_rwmutex(void *arg) {
  struct owned *o = arg;
  rwmutex_lock(o->l, o->at, o->pc);
}

void cr_cond_wait(cr_cond *c, cr_mutex *m) {
  lockorder_released(m, &m->id);
  lockorder_waits(c, PC());
  rt_enter();
  wait(c, &(struct locker){unlock_mutex, lock_mutex, &(struct owned){m, callsite_here(getg()), PC()}});
  rt_exit();
  lockorder_acquired(m, &m->id, LOCK_MUTEX, PC());
}

void cr_cond_wait_rw(cr_cond *c, cr_rwmutex *rw) {
  lockorder_released(rw, &rw->writer.id);
  lockorder_waits(c, PC());
  rt_enter();
  wait(c, &(struct locker){unlock_rwmutex, lock_rwmutex, &(struct owned){rw, callsite_here(getg()), PC()}});
  rt_exit();
  lockorder_acquired(rw, &rw->writer.id, LOCK_WRITE, PC());
}

void cr_cond_wait_any(cr_cond *c, void (*unlock)(void *l), void (*lock)(void *l), void *l) {
  wait_any(c, &(struct locker){unlock, lock, l}, PC());
}

void cr_cond_signal(cr_cond *c) {
  lockorder_operation(c, ONE_COMPLETES, NULL, PC());
  rt_enter();
  wake(c, 1);
  rt_exit();
}

void cr_cond_broadcast(cr_cond *c) {
  lockorder_operation(c, ONE_COMPLETES, NULL, PC());
  rt_enter();
  wake(c, UINT32_MAX);
  rt_exit();
}
