// SPDX-License-Identifier: Apache-2.0
// select.c: wait for the first of several channel operations.
//
// All channels are locked, in order of address, so that the cases are seen at one moment. Pass 1 looks
// in random order for a case that can go ahead. If there is none, pass 2 puts a sudog into the queue of
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
// Fairness: pass 1 takes the first of a uniformly random permutation that is ready, which is uniform
// among the ready ones. A parked case keeps its place in the channel's FIFO.
#include "crun/select.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "copy.h"
#include "crun/crun.h"
#include "g.h"
#include "hchan.h"
#include "race/race.h"
#include "sched.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { ON_STACK = 32 };  // cases whose scratch is in the frame: 2.5 KB

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
    if (k->send) chan_race_used(k->c, sel->pc);
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

// make_lock_order heap-sorts: n log n whatever the user passes, in place.
static void make_lock_order(struct selection *sel) {
  uint32_t *a = sel->x.order, n = sel->x.n;
  for (uint32_t i = 0; i < n; i++) a[i] = sel->x.poll[i];
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

static void unlock_all(const struct selection *sel) {
  for (uint32_t i = sel->x.n; i-- > 0;) {
    struct cr_chan *c = chan_at(sel, i);
    if (i == 0 || c != chan_at(sel, i - 1)) unlock(&c->lock);
  }
}

// select_unlock_parked commits the park. Each next channel is read before the unlock that may let g go.
static bool select_unlock_parked(struct g *gp, void *arg) {
  (void)gp;
  const struct selection *sel = arg;
  uint32_t n = sel->x.n;
  struct cr_chan *c = chan_at(sel, 0);
  for (uint32_t i = 1; i <= n; i++) {
    struct cr_chan *next = i < n ? chan_at(sel, i) : NULL;
    if (next != c) unlock(&c->lock);
    c = next;
  }
  return true;
}

// ---- pass 1 -------------------------------------------------------------------------------------

_Noreturn static void panic_closed(void) { cr_panic("send on closed channel"); }

static void set_ok(const struct selection *sel, const struct cr_select_case *k, bool ok) {
  if (!k->ok) return;
  race_write(k->ok, sizeof *k->ok, sel->pc);
  *k->ok = ok;
}

// try_send does case k if it can, and then has unlocked all.
static bool try_send(const struct selection *sel, const struct cr_select_case *k) {
  struct cr_chan *c = k->c;
  if (load_rlx(&c->closed)) {
    unlock_all(sel);
    panic_closed();
  }
  struct sudog *sg = chan_dequeue(&c->recvq);
  if (!sg && load_rlx(&c->count) == c->cap) return false;
  struct g *peer = sg ? sg->g : NULL;
  if (sg) chan_send_direct(c, sg, k->elem);
  else chan_put(c, k->elem);
  unlock_all(sel);
  if (peer) ready(peer);
  return true;
}

static bool try_recv(const struct selection *sel, const struct cr_select_case *k) {
  struct cr_chan *c = k->c;
  struct sudog *sg = chan_dequeue(&c->sendq);
  struct g *peer = sg ? sg->g : NULL;
  bool ok = true;
  if (sg) chan_recv_direct(c, sg, k->elem, sel->pc);
  else if (load_rlx(&c->count) > 0) chan_take(c, k->elem, sel->pc);
  else if (!load_rlx(&c->closed)) return false;
  else chan_take_closed(c, k->elem, sel->pc), ok = false;
  unlock_all(sel);
  if (peer) ready(peer);
  set_ok(sel, k, ok);
  return true;
}

// try_all returns the case that it did, having unlocked all, or -1 with all still locked.
static int try_all(const struct selection *sel) {
  for (uint32_t i = 0; i < sel->x.n; i++) {
    const struct cr_select_case *k = &sel->s->cases[sel->x.poll[i]];
    if (k->send ? try_send(sel, k) : try_recv(sel, k)) return (int)sel->x.poll[i];
  }
  return -1;
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
  }
  gp->waiting = &sel->x.sudogs[0];
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
  enqueue_all(sel, gp);
  park(select_unlock_parked, sel, WAIT_SELECT);
  struct sudog *won = gp->param;
  gp->param = NULL;
  gp->waiting = NULL;
  uint32_t at = dequeue_all(sel, won);
  if (at == sel->x.n) throw("select: bad wakeup");
  const struct cr_select_case *k = &sel->s->cases[sel->x.order[at]];
  if (!k->send) set_ok(sel, k, won->success);
  else if (!won->success) panic_closed();
  return (int)sel->x.order[at];
}

// ---- the whole ----------------------------------------------------------------------------------

static bool stay_parked(struct g *gp, void *arg) {
  (void)gp, (void)arg;
  return true;
}

static int select_with(struct selection *sel) {
  make_poll_order(sel);
  if (sel->x.n == 0) {
    if (sel->s->has_default) return CR_SELECT_DEFAULT_;
    park(stay_parked, NULL, sel->s->n ? WAIT_SELECT : WAIT_SELECT_EMPTY);
    throw("select: woke up with no case");
  }
  make_lock_order(sel);
  lock_all(sel);
  int done = try_all(sel);
  if (done >= 0) return done;
  if (!sel->s->has_default) return wait_for_one(sel);
  unlock_all(sel);
  return CR_SELECT_DEFAULT_;
}

// select_one is a select of one case: the plain operation, blocking or not.
static int select_one(struct selection *sel) {
  const struct cr_select_case *k = &sel->s->cases[0];
  bool block = !sel->s->has_default;
  enum chan_result r = k->send ? chan_send(k->c, k->elem, block, sel->pc)
                               : chan_recv(k->c, k->elem, block, sel->pc);
  if (r == CHAN_WOULD_BLOCK) return CR_SELECT_DEFAULT_;
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

static int select_go(struct cr_select_state *s, uintptr_t pc) {
  struct selection sel = {.s = s, .pc = pc};
  if (s->n == 1) return select_one(&sel);
  return s->n <= ON_STACK ? select_few(&sel) : select_many(&sel);
}

bool cr_select_next_(struct cr_select_state *s) {
  switch (s->phase++) {
    case 0:
      s->collecting = true;
      return true;
    case 1:
      s->collecting = false;
      rt_enter();
      s->chosen = select_go(s, PC());
      rt_exit();
      return true;
    default:
      return false;
  }
}

// ---- collecting cases ---------------------------------------------------------------------------

struct heap_block {
  struct heap_block *next;
  _Alignas(16) char bytes[];
};

static void *heap_bytes(struct cr_select_state *s, size_t n) {
  race_hide_begin();
  struct heap_block *b = malloc(sizeof *b + n);
  race_hide_end();
  if (!b) throw("select: out of memory");
  b->next = s->heap;
  s->heap = b;
  return b->bytes;
}

void cr_select_free_(struct cr_select_state *s) {
  race_hide_begin();
  while (s->heap) {
    struct heap_block *b = s->heap;
    s->heap = b->next;
    free(b);
  }
  race_hide_end();
}

static struct cr_select_case *add_case(struct cr_select_state *s) {
  if (s->n == s->cap) {
    struct cr_select_case *more = heap_bytes(s, 2 * (size_t)s->cap * sizeof *more);
    for (unsigned i = 0; i < s->n; i++) more[i] = s->cases[i];
    s->cases = more;
    s->cap *= 2;
  }
  return &s->cases[s->n++];
}

bool cr_select_recv_(struct cr_select_state *s, struct cr_chan *c, void *elem, bool *ok) {
  *add_case(s) = (struct cr_select_case){.c = c, .elem = elem, .ok = ok};
  return false;
}

bool cr_select_send_(struct cr_select_state *s, struct cr_chan *c, const void *elem, size_t n) {
  size_t room = (n + 15) & ~(size_t)15;
  char *copy;
  if (room <= CR_SELECT_BYTES_ - s->bytes_used) {
    copy = s->bytes + s->bytes_used;
    s->bytes_used += (unsigned)room;
  } else {
    copy = heap_bytes(s, n);
  }
  copy_elem(copy, elem, n);
  *add_case(s) = (struct cr_select_case){.c = c, .elem = copy, .send = true};
  return false;
}
