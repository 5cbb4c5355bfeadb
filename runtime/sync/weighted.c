// SPDX-License-Identifier: Apache-2.0
// weighted.c: the semaphore of which several permits are taken at once: a count and a FIFO of waiters.
//
// A waiter has a channel in its own frame, which is closed when the permits are its own; so it can wait for
// that and for its context. One that gives up was passed by nobody, and may let those behind it go on.
//
// Lock rank: w->lock above the channels'.
//   R1: the merge of release   A1: the acquire of who has got permits
#include "base/atomic.h"
#include "base/lock.h"
#include "chan/hchan.h"
#include "crun/crun.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"

struct cr_weighted_waiter {
  struct cr_chan served;
  int64_t n;
  struct cr_weighted_waiter *next, *prev;  // under lock
};

static struct lock *lock_of(cr_weighted *w) { return (struct lock *)&w->lock; }

static void push(cr_weighted *w, struct cr_weighted_waiter *x) {
  x->prev = w->last;
  if (w->last) w->last->next = x;
  else w->first = x;
  w->last = x;
}

static void take_out(cr_weighted *w, struct cr_weighted_waiter *x) {
  if (x->prev) x->prev->next = x->next;
  else w->first = x->next;
  if (x->next) x->next->prev = x->prev;
  else w->last = x->prev;
}

static bool try_take(cr_weighted *w, int64_t n) {
  if (n > w->size - w->taken) return false;
  w->taken += n;
  return true;
}

// serve gives permits to the first waiters as long as they last. w->lock is held.
static void serve(cr_weighted *w) {
  for (struct cr_weighted_waiter *x; (x = w->first) && try_take(w, x->n);) {
    take_out(w, x);
    chan_close(&x->served, 0, 0);  // x is gone once its owner has seen that
  }
}

bool cr_weighted_try_acquire(cr_weighted *w, int64_t n) {
  rt_enter();
  lock(lock_of(w));
  bool got = !w->first && try_take(w, n);
  unlock(lock_of(w));
  if (got) {
    race_acquire(w);  // A1
    lockorder_learn(w);
  }
  rt_exit();
  return got;
}

// give_up is for a waiter whose context is done: 0 if it was served at the same time and keeps the permits.
static int give_up(cr_weighted *w, struct cr_weighted_waiter *x, int err) {
  lock(lock_of(w));
  bool served = load_rlx(&x->served.closed);
  if (!served) {
    take_out(w, x);
    serve(w);
  }
  unlock(lock_of(w));
  return served ? 0 : err;
}

static int wait(cr_weighted *w, struct cr_weighted_waiter *x, cr_context *ctx) {
  int err = 0;
  cr_chan(char) served = (cr_chan(char))(uintptr_t)&x->served;
  rt_exit();
  cr_select {
    cr_on_recv(served, NULL) {}
    cr_on_recv(cr_context_done(ctx), NULL) { err = cr_context_err(ctx); }
  }
  rt_enter();
  return err ? give_up(w, x, err) : 0;
}

int cr_weighted_acquire(cr_weighted *w, cr_context *ctx, int64_t n) {
  int err = cr_context_err(ctx);
  if (err) return err;
  struct cr_weighted_waiter x = {.served.elem_size = sizeof(char), .n = n};
  rt_enter();
  lock(lock_of(w));
  bool got = !w->first && try_take(w, n);
  bool never = !got && n > w->size;  // it must not keep those out that come later
  if (!got && !never) push(w, &x);
  unlock(lock_of(w));
  if (never) {
    rt_exit();
    cr_chan_recv(cr_context_done(ctx), NULL);
    return cr_context_err(ctx);
  }
  if (!got) err = wait(w, &x, ctx);
  if (!err) {
    race_acquire(w);  // A1
    lockorder_learn(w);
  }
  race_sync_forget(&x.served, sizeof x.served);
  race_fresh(&x, sizeof x);
  rt_exit();
  return err;
}

void cr_weighted_release(cr_weighted *w, int64_t n) {
  rt_enter();
  race_release_merge(w);  // R1
  lockorder_publish(w);
  lock(lock_of(w));
  w->taken -= n;
  bool too_many = w->taken < 0;
  if (!too_many) serve(w);
  unlock(lock_of(w));
  rt_exit();
  if (too_many) cr_panic("semaphore: released more than held");
}
