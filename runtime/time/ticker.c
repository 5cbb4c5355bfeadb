// SPDX-License-Identifier: Apache-2.0
// ticker.c: timers and tickers: a channel with a place for one moment, and a timer of the scheduler's.
//
// The channel has a buffer of one, which nobody may see: len and cap say 0, and stop and reset empty it.
// So the moment is taken by the first receiver to come, and never after a stop. A receive on the channel
// first asks ticker_poll whether the moment has passed: a goroutine that never parks sees its timer too. So
// the heap of timers need not know of a timer before somebody parks on its channel, and mostly nobody does:
// a timeout is started and stopped again.
//
// States of a timer, under chan.lock:
//     when_ns > 0    pending: the moment lies ahead
//     when_ns == 0   fired or stopped
// The heap may call fire for a moment that was taken back meanwhile. fire finds when_ns in the future or
// 0 then, and does nothing: so nobody waits for a call that is under way, but the memory must.
//
// Invariants
//  1. refs counts the owner, each time t is in the heap, and each call of fire under way.
//  2. Nothing of t is touched after its reference was given back.
//  3. While t is pending it is in the heap, or about to be in fire, if it has a function or a receiver is
//     parked on its channel. Otherwise it may be.
//
// Lock rank: chan.lock, above the timers' and the scheduler's.
//   R1: reset releases the slot   A1: the receive of the moment acquires it, or the goroutine of fn
// The detector hears nothing of stop, and nothing between one receive and the next.
#include "time/ticker.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "chan/hchan.h"
#include "crun/crun.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/go.h"
#include "sched/sched.h"
#include "time/timer.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

struct cr_timer {
  struct cr_chan chan;   // first: the channel's address is the timer's
  int64_t slot;          // the channel's buffer
  int64_t when_ns;       // under chan.lock: 0 if not pending
  int64_t period_ns;     // under chan.lock: 0 if not a ticker
  uint32_t heaped;       // under chan.lock: references of the heap and of calls of fire
  struct timer timer;
  _Atomic uint32_t refs;
  void (*fn)(void *arg); // read-only after init: runs instead of a delivery
  void *arg;             // read-only after init
  uint64_t creator;      // read-only after init: whose goroutine fn's descends from
  uintptr_t pc;          // read-only after init: and where
};

int64_t after_ns(int64_t ns) {
  int64_t now = nanotime();
  if (ns <= 0) return now;
  return ns < INT64_MAX - 1 - now ? now + ns : INT64_MAX - 1;
}

static void unref(struct cr_timer *t) {
  if (add_acq_rel(&t->refs, -1u) != 1) return;
  race_sync_forget(t, sizeof *t);
  race_fresh(t, sizeof *t);
  free(t);
}

// ---- the moment comes -----------------------------------------------------------------------------

// deliver hands now to the first receiver, which the caller makes ready, or leaves it in the slot, unless
// a ticker's last moment is there still.
static struct g *deliver(struct cr_timer *t, int64_t now) {
  struct sudog *sg = chan_dequeue(&t->chan.recvq);
  if (!sg) {
    if (load_rlx(&t->chan.count) == 0) t->slot = now;
    store_rlx(&t->chan.count, 1);
    return NULL;
  }
  struct g *gp = sg->g;
  race_acquire_g(gp->race, &t->slot);  // A1
  if (sg->elem) {
    race_write_g(gp->race, sg->elem, sizeof now, sg->pc);
    *(int64_t *)sg->elem = now;
  }
  sg->success = true;
  gp->param = sg;
  return gp;
}

static void fire(void *arg);

// heard tells whether the moment is awaited, while no goroutine runs.
static bool heard(void *arg) {
  const struct cr_timer *t = arg;
  return t->fn || !waitq_empty(&t->chan.recvq);
}

// arm puts t into the heap, if somebody wants it there; what is there already is moved.
static void arm(struct cr_timer *t) {
  if (!t->fn && waitq_empty(&t->chan.recvq)) return;
  if (t->heaped == 0 || !timer_stop(&t->timer)) {
    add_rlx(&t->refs, 1);
    t->heaped++;
  }
  t->timer.heard = heard;
  timer_start(&t->timer, t->when_ns, fire, t);
}

void ticker_wanted(struct cr_timer *t) {
  if (t->when_ns) arm(t);  // though it may be there: a reset that nobody waited for did not move it
}

// after_late is the first moment after now that is a number of periods from t->when_ns.
static int64_t after_late(const struct cr_timer *t, int64_t now) {
  int64_t late = (now - t->when_ns) / t->period_ns * t->period_ns;
  int64_t room = INT64_MAX - 1 - t->when_ns - late;
  return t->when_ns + late + (t->period_ns < room ? t->period_ns : room);
}

// come_due does what is due at now, if anything is. True: fn is to be started. *woken is to be made ready.
static bool come_due(struct cr_timer *t, struct g **woken) {
  int64_t now = nanotime();
  if (t->when_ns == 0 || t->when_ns > now) return false;
  t->when_ns = t->period_ns ? after_late(t, now) : 0;
  if (t->fn) return true;
  *woken = deliver(t, now);
  if (t->when_ns) arm(t);
  return false;
}

// fire is called by the heap, on a scheduler's stack.
static void fire(void *arg) {
  struct cr_timer *t = arg;
  struct g *woken = NULL;
  race_g *was = race_self();
  race_switch(NULL);  // whoever ran here last does none of this
  lock(&t->chan.lock);
  t->heaped--;
  bool start = come_due(t, &woken);
  unlock(&t->chan.lock);
  if (start) go_func(t->fn, t->arg, &t->slot, t->creator, t->pc);  // A1
  if (woken) ready(woken);
  unref(t);
  race_switch(was);
}

void ticker_poll(struct cr_timer *t) {
  struct g *woken = NULL;
  lock(&t->chan.lock);
  come_due(t, &woken);
  unlock(&t->chan.lock);
  if (woken) ready(woken);
}

// ---- start, stop, reset ---------------------------------------------------------------------------

static struct cr_timer *make(int64_t when_ns, int64_t period_ns, uintptr_t pc) {
  race_enter(pc);  // reports say where it was made
  struct cr_timer *t = malloc(sizeof *t);
  race_leave();
  if (!t) throw("out of memory for a timer");
  *t = (struct cr_timer){.chan = {.cap = 1, .elem_size = sizeof t->slot, .buf = (char *)&t->slot, .timer = t},
                         .when_ns = when_ns, .period_ns = period_ns, .refs = 1, .pc = pc};
  return t;
}

static void begin(struct cr_timer *t) {
  rt_enter();
  if (t->fn) race_armed();
  race_release(&t->slot);  // R1
  lockorder_publish(t->fn ? (const void *)&t->slot : &t->chan);
  lock(&t->chan.lock);
  arm(t);
  unlock(&t->chan.lock);
  rt_exit();
}

// stop_locked takes back what was not received. True: there was something.
static bool stop_locked(struct cr_timer *t) {
  bool pending = t->when_ns != 0 || load_rlx(&t->chan.count) != 0;
  t->when_ns = 0;
  store_rlx(&t->chan.count, 0);
  return pending;
}

static bool stop(struct cr_timer *t) {
  rt_enter();
  lock(&t->chan.lock);
  bool pending = stop_locked(t), was_armed = t->heaped > 0 && timer_stop(&t->timer);
  if (was_armed) t->heaped--;
  unlock(&t->chan.lock);
  if (was_armed) unref(t);
  rt_exit();
  return pending;
}

static bool reset(struct cr_timer *t, int64_t ns, int64_t period_ns) {
  rt_enter();
  lock(&t->chan.lock);
  bool pending = stop_locked(t);
  race_release(&t->slot);  // R1
  lockorder_publish(t->fn ? (const void *)&t->slot : &t->chan);
  t->when_ns = after_ns(ns);
  t->period_ns = period_ns;
  arm(t);
  unlock(&t->chan.lock);
  rt_exit();
  return pending;
}

void ticker_free(struct cr_timer *t, uintptr_t pc) {
  lock(&t->chan.lock);
  bool used = !waitq_empty(&t->chan.recvq) || !waitq_empty(&t->chan.sendq);
  unlock(&t->chan.lock);
  if (used) cr_panic("free of channel with waiters");
  stop(t);
  race_write(&t->chan.buf, sizeof t->chan.buf, pc);
  unref(t);
}

// ---- the public calls -----------------------------------------------------------------------------

#define CHAN(t) ((cr_chan(int64_t))(uintptr_t)&(t)->chan)

cr_timer *cr_timer_new(int64_t ns) {
  struct cr_timer *t = make(after_ns(ns), 0, PC());
  begin(t);
  return t;
}

cr_chan(int64_t) cr_timer_chan(cr_timer *t) { return t->fn ? NULL : CHAN(t); }

// To the detector a reset at pc writes the timer, and a stop reads it. So a reset that is not ordered with another one, or with a
// stop, is a race: which comes last, and whether the timer is armed in the end, is chance. Two stops come to the same.
static void was_reset(const struct cr_timer *t, uintptr_t pc) { race_write(&t->chan.buf, sizeof t->chan.buf, pc); }
static void was_stopped(const struct cr_timer *t, uintptr_t pc) { race_read(&t->chan.buf, sizeof t->chan.buf, pc); }

bool cr_timer_stop(cr_timer *t) {
  was_stopped(t, PC());
  return stop(t);
}

bool cr_timer_reset(cr_timer *t, int64_t ns) {
  was_reset(t, PC());
  return reset(t, ns, 0);
}

void cr_timer_free(cr_timer *t) {
  if (t) ticker_free(t, PC());
}

cr_timer *cr_after_func(int64_t ns, void (*fn)(void *arg), void *arg) {
  struct cr_timer *t = make(after_ns(ns), 0, PC());
  t->fn = fn;
  t->arg = arg;
  t->creator = getg()->goid;
  begin(t);
  return t;
}

cr_chan(int64_t) cr_after(int64_t ns) {
  struct cr_timer *t = make(after_ns(ns), 0, PC());
  begin(t);
  return CHAN(t);
}

// A cr_ticker is a cr_timer with a period; the types differ for the compiler's sake.
static struct cr_timer *of(cr_ticker *t) { return (struct cr_timer *)t; }

cr_ticker *cr_ticker_new(int64_t ns) {
  if (ns <= 0) cr_panic("non-positive interval for NewTicker");
  struct cr_timer *t = make(after_ns(ns), ns, PC());
  begin(t);
  return (cr_ticker *)t;
}

cr_chan(int64_t) cr_ticker_chan(cr_ticker *t) { return CHAN(of(t)); }

void cr_ticker_stop(cr_ticker *t) {
  was_stopped(of(t), PC());
  stop(of(t));
}

void cr_ticker_reset(cr_ticker *t, int64_t ns) {
  if (ns <= 0) cr_panic("non-positive interval for Ticker.Reset");
  was_reset(of(t), PC());
  reset(of(t), ns, ns);
}

void cr_ticker_free(cr_ticker *t) {
  if (t) ticker_free(of(t), PC());
}
