// SPDX-License-Identifier: Apache-2.0
// select.c: wait for the first of several channel operations.
//
// A first look goes over the cases in random order and does one that can go ahead, with its channel alone
// locked. If it finds none, all channels are locked, in order of address, so that the cases are seen at
// one moment. Pass 1 looks again. If there is none, pass 2 puts a sudog into the queue of
// every channel, and the goroutine parks, unlocking them. Whoever dequeues one of the sudogs wins the
// select by a CAS on g->select_done, does the operation and makes the goroutine ready; pass 3 locks
// all channels again and takes the other sudogs out.
//
// Invariants
//  1. g->select_done is 0 only from before the first channel is unlocked in parking until one peer has
//     won; so exactly one case is done, and a sudog found by a peer that lost has no meaning.
//  2. The order arrays and sudogs are in g's own frame (or a heap block of it). In select_unlock_parked
//     they are not read after the last unlock: g may be running by then.
//  3. Cases on nil channels are in neither order array.
//
// Fairness: the first look and pass 1 take the first of a uniformly random permutation that is ready,
// which is uniform among the ready ones. A parked case keeps its place in the channel's FIFO.
#include "crun/select.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "chan/hchan.h"
#include "crun/crun.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "time/ticker.h"
#include "time/timer.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { FEW = 12, ON_STACK = 32 };  // cases whose scratch is in the frame: 2.5 KB

// What a select comes to beside the index of a case, CR_SELECT_DEFAULT_ and CR_SELECT_TIMEOUT_.
enum { SEND_CLOSED = -3, NOT_YET = -4 };

// What one select needs beside its cases.
struct scratch {
  uint32_t *poll;         // indices of the cases in random order
  uint32_t *order;        // the same in order of channel address
  struct sudog *sudogs;   // sudogs[i] is for case order[i]
  uint32_t n;
};

struct selection {
  struct cr_select_state *s;
  struct scratch x;
  uintptr_t pc;
  enum wait_reason why;
  bool received;          // the chosen case received a value
  struct alarm *alarm;    // of the park under way; nil: it has no end
  struct cr_chan *alone;  // the one that is locked; nil: none, or all
  const struct cr_chan *closed;  // of SEND_CLOSED: the channel
};

// What ends a park when its time has passed.
struct alarm {
  struct timer timer;
  int64_t when_ns;
  struct g *gp;
  _Atomic uint32_t over;  // ring has run
};

static struct cr_chan *chan_at(const struct selection *sel, uint32_t i) {
  return sel->s->cases[sel->x.order[i]].c;
}

// ---- the orders ---------------------------------------------------------------------------------

static void make_poll_order(struct selection *sel) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < sel->s->n; i++) {
    const struct cr_select_case *k = &sel->s->cases[i];
    if (!k->c) continue;
    chan_check(k->c);
    if (k->send) chan_race_used(k->c, sel->pc);
    else if (__builtin_expect(k->c->timer != NULL, 0)) ticker_poll(k->c->timer);
    uint32_t j = (uint32_t)(((uint64_t)cheaprand() * (n + 1)) >> 32);
    sel->x.poll[n] = sel->x.poll[j];
    sel->x.poll[j] = i;
    n++;
  }
  sel->x.n = n;
}

static bool before(const struct cr_select_state *s, uint32_t a, uint32_t b) {
  return (uintptr_t)s->cases[a].c < (uintptr_t)s->cases[b].c;
}

static void sift_down(const struct cr_select_state *s, uint32_t *a, uint32_t i, uint32_t n) {
  uint32_t v = a[i];
  for (uint32_t k; (k = 2 * i + 1) < n; i = k) {
    if (k + 1 < n && before(s, a[k], a[k + 1])) k++;
    if (!before(s, v, a[k])) break;
    a[i] = a[k];
  }
  a[i] = v;
}

static void insert_sorted(const struct cr_select_state *s, uint32_t *a, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint32_t v = a[i], k = i;
    for (; k > 0 && before(s, v, a[k - 1]); k--) a[k] = a[k - 1];
    a[k] = v;
  }
}

// make_lock_order sorts many by a heap: n log n whatever the user passes, in place.
static void make_lock_order(struct selection *sel) {
  uint32_t *a = sel->x.order, n = sel->x.n;
  for (uint32_t i = 0; i < n; i++) a[i] = sel->x.poll[i];
  if (n <= FEW) {
    insert_sorted(sel->s, a, n);
    return;
  }
  for (uint32_t i = n / 2; i-- > 0;) sift_down(sel->s, a, i, n);
  for (uint32_t end = n; end-- > 1;) {
    uint32_t top = a[0];
    a[0] = a[end];
    a[end] = top;
    sift_down(sel->s, a, 0, end);
  }
}

static void lock_all(const struct selection *sel) {
  struct cr_chan *held = NULL;
  for (uint32_t i = 0; i < sel->x.n; i++) {
    struct cr_chan *c = chan_at(sel, i);
    if (c != held) lock(&c->lock);
    held = c;
  }
}

// unlock_all unlocks what is locked.
static void unlock_all(const struct selection *sel) {
  if (sel->alone) {
    unlock(&sel->alone->lock);
    return;
  }
  for (uint32_t i = sel->x.n; i-- > 0;) {
    struct cr_chan *c = chan_at(sel, i);
    if (i == 0 || c != chan_at(sel, i - 1)) unlock(&c->lock);
  }
}

// ring wins the select for nobody.
static void ring(void *arg) {
  struct alarm *a = arg;
  struct g *gp = a->gp;
  uint32_t open = 0;
  bool won = cas_acq_rel(&gp->select_done, &open, 1);
  if (won) gp->param = NULL;
  store_rel(&a->over, 1);  // R1
  if (won) ready(gp);
}

// quiet stops the alarm, or waits until it has rung: it is in our frame.
static void quiet(struct alarm *a) {
  if (timer_stop(&a->timer)) return;
  while (load_acq(&a->over) == 0) futex_wait(&a->over, 0, 20 * 1000);  // A1
}

// select_unlock_parked commits the park. Each next channel is read before the unlock that may let g go.
// The alarm can let it go before the first, and then g waits for the last; but with none it is gone.
static bool select_unlock_parked(struct g *gp, void *arg) {
  (void)gp;
  const struct selection *sel = arg;
  uint32_t n = sel->x.n;
  struct alarm *a = sel->alarm;
  if (a) timer_start(&a->timer, a->when_ns, ring, a);
  if (n == 0) return true;
  struct cr_chan *c = chan_at(sel, 0);
  for (uint32_t i = 1; i <= n; i++) {
    struct cr_chan *next = i < n ? chan_at(sel, i) : NULL;
    if (next != c) unlock(&c->lock);
    c = next;
  }
  return true;
}

// ---- pass 1 -------------------------------------------------------------------------------------

static void set_ok(struct selection *sel, const struct cr_select_case *k, bool ok) {
  sel->received = ok;
  if (!k->ok) return;
  race_write(k->ok, sizeof *k->ok, sel->pc);
  *k->ok = ok;
}

// try_send does case k if it can, and then has unlocked all.
static enum chan_result try_send(const struct selection *sel, const struct cr_select_case *k) {
  struct cr_chan *c = k->c;
  if (load_rlx(&c->closed)) {
    unlock_all(sel);
    return CHAN_CLOSED;
  }
  struct sudog *sg = chan_dequeue(&c->recvq);
  if (!sg && load_rlx(&c->count) == c->cap) return CHAN_WOULD_BLOCK;
  struct g *peer = sg ? sg->g : NULL;
  if (sg) chan_send_direct(c, sg, k->elem);
  else chan_put(c, k->elem);
  unlock_all(sel);
  if (peer) ready(peer);
  return CHAN_DONE;
}

static enum chan_result try_recv(struct selection *sel, const struct cr_select_case *k) {
  struct cr_chan *c = k->c;
  struct sudog *sg = chan_dequeue(&c->sendq);
  struct g *peer = sg ? sg->g : NULL;
  bool ok = true;
  if (sg) chan_recv_direct(c, sg, k->elem, sel->pc);
  else if (load_rlx(&c->count) > 0) chan_take(c, k->elem, sel->pc);
  else if (!load_rlx(&c->closed)) return CHAN_WOULD_BLOCK;
  else chan_take_closed(c, k->elem, sel->pc), ok = false;
  unlock_all(sel);
  if (peer) ready(peer);
  set_ok(sel, k, ok);
  return CHAN_DONE;
}

static int send_closed(struct selection *sel, const struct cr_select_case *k) {
  sel->closed = k->c;
  return SEND_CLOSED;
}

// try_all returns the case that it did, or SEND_CLOSED, having unlocked all; or NOT_YET with all locked.
static int try_all(struct selection *sel) {
  for (uint32_t i = 0; i < sel->x.n; i++) {
    const struct cr_select_case *k = &sel->s->cases[sel->x.poll[i]];
    enum chan_result r = k->send ? try_send(sel, k) : try_recv(sel, k);
    if (r != CHAN_WOULD_BLOCK) return r == CHAN_DONE ? (int)sel->x.poll[i] : send_closed(sel, k);
  }
  return NOT_YET;
}

// seems_ready looks without the lock.
static bool seems_ready(const struct cr_select_case *k) {
  const struct cr_chan *c = k->c;
  if (load_rlx(&c->closed)) return true;
  if (k->send) return load_rlx(&c->count) < c->cap || waitq_peek(&c->recvq);
  return load_rlx(&c->count) > 0 || waitq_peek(&c->sendq);
}

// try_first is the first look. It returns the case that it did, SEND_CLOSED or NOT_YET, with nothing locked.
static int try_first(struct selection *sel) {
  for (uint32_t i = 0; i < sel->x.n; i++) {
    const struct cr_select_case *k = &sel->s->cases[sel->x.poll[i]];
    if (!seems_ready(k)) continue;
    sel->alone = k->c;
    lock(&k->c->lock);
    enum chan_result r = k->send ? try_send(sel, k) : try_recv(sel, k);
    if (r != CHAN_WOULD_BLOCK) return r == CHAN_DONE ? (int)sel->x.poll[i] : send_closed(sel, k);
    unlock(&k->c->lock);
  }
  sel->alone = NULL;
  return NOT_YET;
}

// ---- passes 2 and 3 -----------------------------------------------------------------------------

static void enqueue_all(struct selection *sel, struct g *gp) {
  store_rlx(&gp->select_done, 0);  // the locks publish it
  gp->param = NULL;
  for (uint32_t i = 0; i < sel->x.n; i++) {
    const struct cr_select_case *k = &sel->s->cases[sel->x.order[i]];
    struct sudog *sg = &sel->x.sudogs[i];
    *sg = (struct sudog){.g = gp, .elem = k->elem, .c = k->c, .pc = sel->pc, .is_select = true};
    waitq_push(k->send ? &k->c->sendq : &k->c->recvq, sg);
    if (__builtin_expect(k->c->timer != NULL, 0)) ticker_wanted(k->c->timer);
  }
  gp->nwaiting = sel->x.n;
  gp->waiting = sel->x.n ? &sel->x.sudogs[0] : NULL;
}

// dequeue_all takes out what no peer has taken and returns the place of the sudog that won.
static uint32_t dequeue_all(const struct selection *sel, const struct sudog *won) {
  uint32_t at = sel->x.n;
  lock_all(sel);
  for (uint32_t i = 0; i < sel->x.n; i++) {
    const struct cr_select_case *k = &sel->s->cases[sel->x.order[i]];
    struct sudog *sg = &sel->x.sudogs[i];
    if (sg == won) at = i;
    else waitq_remove(k->send ? &k->c->sendq : &k->c->recvq, sg);
  }
  unlock_all(sel);
  return at;
}

static int wait_for_one(struct selection *sel) {
  struct g *gp = getg();
  struct alarm a = {.gp = gp};
  sel->alarm = NULL;
  if (sel->s->has_timeout) {
    a.when_ns = after_ns(sel->s->timeout_ns);
    sel->alarm = &a;
  }
  enqueue_all(sel, gp);
  park_sure(select_unlock_parked, sel, sel->why);
  if (sel->alarm) quiet(&a);
  struct sudog *won = gp->param;
  gp->param = NULL;
  gp->waiting = NULL;
  uint32_t at = dequeue_all(sel, won);
  if (!won && sel->alarm) return CR_SELECT_TIMEOUT_;
  if (at == sel->x.n) throw("select: bad wakeup");
  const struct cr_select_case *k = &sel->s->cases[sel->x.order[at]];
  if (!k->send) set_ok(sel, k, won->success);
  else if (!won->success) return send_closed(sel, k);
  return (int)sel->x.order[at];
}

// ---- the whole ----------------------------------------------------------------------------------

static bool stay_parked(struct g *gp, void *arg) {
  (void)gp, (void)arg;
  return true;
}

// at_once is what a select comes to that may not wait; NOT_YET: it may.
static int at_once(const struct cr_select_state *s) {
  if (s->has_default) return CR_SELECT_DEFAULT_;
  return s->has_timeout && s->timeout_ns <= 0 ? CR_SELECT_TIMEOUT_ : NOT_YET;
}

static int select_with(struct selection *sel) {
  make_poll_order(sel);
  int now = at_once(sel->s);
  if (sel->x.n == 0 && !sel->s->has_timeout) {
    if (now != NOT_YET) return now;
    park(stay_parked, NULL, sel->s->n ? WAIT_SELECT : WAIT_SELECT_EMPTY);
    throw("select: woke up with no case");
  }
  int done = try_first(sel);
  if (done != NOT_YET) return done;
  make_lock_order(sel);
  lock_all(sel);
  done = try_all(sel);
  if (done != NOT_YET) return done;
  if (now == NOT_YET) return wait_for_one(sel);
  unlock_all(sel);
  return now;
}

// select_one is a select of one case: the plain operation, blocking or not.
static int select_one(struct selection *sel) {
  const struct cr_select_case *k = &sel->s->cases[0];
  bool block = !sel->s->has_default;
  enum chan_result r = k->send ? chan_send(k->c, k->elem, block, sel->pc)
                               : chan_recv(k->c, k->elem, block, sel->pc);
  if (r == CHAN_WOULD_BLOCK) return CR_SELECT_DEFAULT_;
  if (k->send && r == CHAN_CLOSED) return send_closed(sel, k);
  if (!k->send) set_ok(sel, k, r == CHAN_DONE);
  return 0;
}

static __attribute__((noinline)) int select_few(struct selection *sel) {
  uint32_t poll[ON_STACK], order[ON_STACK];
  struct sudog sudogs[ON_STACK];
  sel->x = (struct scratch){.poll = poll, .order = order, .sudogs = sudogs};
  return select_with(sel);
}

static __attribute__((noinline)) int select_many(struct selection *sel) {
  size_t n = sel->s->n;
  race_hide_begin();
  char *block = malloc(n * (sizeof(struct sudog) + 2 * sizeof(uint32_t)));
  race_hide_end();
  if (!block) throw("select: out of memory");
  sel->x.sudogs = (struct sudog *)block;
  sel->x.poll = (uint32_t *)(sel->x.sudogs + n);
  sel->x.order = sel->x.poll + n;
  int done = select_with(sel);
  race_hide_begin();
  free(block);
  race_hide_end();
  return done;
}

// What others learn by any of the cases is published for all of them; what is learned is the chosen one's.
static const void *ours(const struct cr_select_case *k) { return k->send ? (const void *)k->c : &k->c->sendq; }
static const void *theirs(const struct cr_select_case *k) { return k->send ? (const void *)&k->c->sendq : k->c; }

static __attribute__((noinline)) void tell_lockorder(const struct selection *sel) {
  const struct cr_select_state *s = sel->s;
  const void *object[ON_STACK];
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    const struct cr_select_case *k = &s->cases[i];
    if (!k->c) continue;
    lockorder_operation(ours(k), ONE_COMPLETES, k->send ? &k->c->send_open : &k->c->recv_open, sel->pc);
    if (n < ON_STACK) object[n++] = theirs(k);
  }
  if (s->n <= ON_STACK && !s->has_default && !s->has_timeout) lockorder_waits_slow(object, n, sel->pc);
}

static int select_go(struct selection *sel) {
  if (sel->s->n == 1 && !sel->s->has_timeout) return select_one(sel);
  return sel->s->n <= ON_STACK ? select_few(sel) : select_many(sel);
}

// run is a whole select. What it holds of the heap is given back first, since a panic may be recovered.
static int run(struct selection *sel) {
  rt_enter();
  if (sel->s->timeout_ns == CR_FOREVER) sel->s->has_timeout = false;
  if (lockorder_is_on()) tell_lockorder(sel);
  int chosen = select_go(sel);
  if (chosen >= 0) lockorder_learn(theirs(&sel->s->cases[chosen]));
  if (sel->s->heap) cr_select_free_(sel->s);
  rt_exit();
  if (chosen == SEND_CLOSED) chan_panic_send(sel->closed, sel->pc);
  return chosen;
}

bool cr_select_next_(struct cr_select_state *s) {
  switch (s->phase++) {
    case 0:
      s->collecting = true;
      return true;
    case 1:
      s->collecting = false;
      s->chosen = run(&(struct selection){.s = s, .pc = PC(), .why = WAIT_SELECT});
      return true;
    default:
      return false;
  }
}

int cr_select_cases(const cr_select_case *cases, unsigned n, int64_t timeout_ns) {
  struct cr_select_state s;
  cr_select_begin_(&s);
  s.cases = (struct cr_select_case *)cases;
  s.n = n;
  cr_select_timeout_(&s, timeout_ns);
  int chosen = run(&(struct selection){.s = &s, .pc = PC(), .why = WAIT_SELECT});
  return chosen < 0 ? -1 : chosen;
}

// ---- one operation with a time limit ------------------------------------------------------------

// limited does k within ns. True: it was done, and *received is whether it received a value.
static bool limited(struct cr_select_case k, int64_t ns, bool *received, uintptr_t pc) {
  struct cr_select_state s;
  cr_select_begin_(&s);
  s.few[s.n++] = k;
  cr_select_timeout_(&s, ns);
  struct selection sel = {.s = &s, .pc = pc, .why = k.send ? WAIT_CHAN_SEND : WAIT_CHAN_RECV};
  int chosen = run(&sel);
  *received = sel.received;
  return chosen == 0;
}

bool cr_chan_send_timeout_raw(struct cr_chan *c, const void *elem, int64_t ns) {
  bool received;
  return limited((struct cr_select_case){.c = c, .elem = (void *)elem, .send = true}, ns, &received, PC());
}

bool cr_chan_recv_timeout_raw(struct cr_chan *c, void *elem, int64_t ns) {
  bool received;
  return limited((struct cr_select_case){.c = c, .elem = elem}, ns, &received, PC()) && received;
}

bool cr_chan_recv_timeout_ok_raw(struct cr_chan *c, void *elem, bool *ok, int64_t ns) {
  bool received;
  return limited((struct cr_select_case){.c = c, .elem = elem, .ok = ok}, ns, &received, PC());
}
