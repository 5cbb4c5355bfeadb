// SPDX-License-Identifier: Apache-2.0
// chan.c: channels: a ring of elements, a queue of parked receivers and one of parked senders.
//
// A send looks for a parked receiver and copies straight into its variable; else it puts the element
// into the ring; else it parks with a pointer to the element, which the receiver copies later. A
// receive mirrors that. So an element is copied once when somebody waits, and twice through the ring.
//
// Invariants (under c->lock)
//  1. At most one of recvq and sendq has waiters, but for goroutines that select on both ends of an
//     unbuffered channel.
//  2. count > 0 implies that recvq is empty; count < cap implies that sendq is.
//  3. closed implies that both are empty: close wakes all, and nobody parks on a closed channel.
//  4. Nothing of c is touched after c->lock is released on behalf of a finished operation, since the
//     peer may free c as soon as it has the lock. ready() comes after the unlock and takes only g.
//
// Lock rank: channel locks, ascending by address, above the scheduler's.
//
// Ordering: the lock orders the runtime's own memory; what the user gets is, by slot i of the ring:
//   R1: release of slot i by the send       A1: acquire of slot i by the receive
//   R2: release of slot i by the receive    A2: acquire of slot i by the send that reuses it
//   R3: release of c by close               A3: acquire of c by a receive that returns false
// and on an unbuffered channel both at once. The detector is told exactly these edges, and nothing of
// the lock. A slot's release replaces what was there: the clock of send k does not go on to send k+C.
//
// Rejected: one lock-free ring for the buffered case (its slot states cannot keep a FIFO of selecting
// waiters exact, and the uncontended lock costs 5 ns); sudogs from a pool (stacks do not move here).
#include "chan/hchan.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "chan/copy.h"
#include "crun/crun.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "time/ticker.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

// ---- what the detector is told ------------------------------------------------------------------

// An unsynchronised send and close, or free and anything, are a race on the channel: this word.
static const void *header(const struct cr_chan *c) { return &c->buf; }

void chan_race_used(const struct cr_chan *c, uintptr_t pc) {
  race_read(header(c), sizeof c->buf, pc);
}

// slot is where element i is stored, and the address of its edges: elements of size 0 have a byte each.
static char *slot(const struct cr_chan *c, size_t i) {
  return c->buf + i * (c->elem_size ? c->elem_size : 1);
}

// meet tells of an unbuffered hand-over to the goroutine that runs (the sender is parked), or from it.
// The store into the receiver's variable lies between the two edges.
static void meet_sender(struct cr_chan *c, race_g *sender, void *elem, uintptr_t pc) {
  race_release_g(sender, &c->count);  // R1
  race_acquire(&c->count);            // A1
  if (elem) race_write(elem, c->elem_size, pc);
  race_release(&c->count);            // R2
  race_acquire_g(sender, &c->count);  // A2
}

static void meet_receiver(struct cr_chan *c, race_g *receiver, void *elem, uintptr_t pc) {
  race_release(&c->count);              // R1
  race_acquire_g(receiver, &c->count);  // A1
  if (elem) race_write_g(receiver, elem, c->elem_size, pc);
  race_release_g(receiver, &c->count);  // R2
  race_acquire(&c->count);              // A2
}

// ---- the ring -----------------------------------------------------------------------------------

static size_t after(const struct cr_chan *c, size_t i) { return i + 1 == c->cap ? 0 : i + 1; }

static void set_count(struct cr_chan *c, size_t n) { store_rlx(&c->count, n); }

void chan_put(struct cr_chan *c, const void *elem) {
  char *s = slot(c, c->sendx);
  race_release_acquire(s);  // R1, A2
  copy_elem(s, elem, c->elem_size);
  c->sendx = after(c, c->sendx);
  set_count(c, load_rlx(&c->count) + 1);
}

void chan_take(struct cr_chan *c, void *elem, uintptr_t pc) {
  char *s = slot(c, c->recvx);
  if (c->timer) race_acquire(s);  // A1: a timer waits for no receiver
  else race_release_acquire(s);   // R2, A1
  if (elem) {
    race_write(elem, c->elem_size, pc);
    copy_elem(elem, s, c->elem_size);
  }
  c->recvx = after(c, c->recvx);
  set_count(c, load_rlx(&c->count) - 1);
}

void chan_take_closed(struct cr_chan *c, void *elem, uintptr_t pc) {
  race_acquire(c);  // A3
  if (!elem) return;
  race_write(elem, c->elem_size, pc);
  zero_elem(elem, c->elem_size);
}

struct sudog *chan_dequeue(struct cr_waitq *q) {
  for (;;) {
    struct sudog *sg = waitq_pop(q);
    if (!sg) return NULL;
    // A select is in several queues. Who takes it out of one first wins it; the others leave it.
    uint32_t open = 0;
    if (!sg->is_select || cas_acq_rel(&sg->g->select_done, &open, 1)) return sg;
  }
}

// ---- hand-over ----------------------------------------------------------------------------------

void chan_send_direct(struct cr_chan *c, struct sudog *sg, const void *elem) {
  struct g *gp = sg->g;
  if (c->cap == 0) {
    meet_receiver(c, gp->race, sg->elem, sg->pc);
  } else {
    // As if through the ring, which is empty: the slots, and so the edges, must go round.
    char *s = slot(c, c->recvx);
    race_release_acquire(s);             // R1, A2
    race_release_acquire_g(gp->race, s); // R2, A1
    if (sg->elem) race_write_g(gp->race, sg->elem, c->elem_size, sg->pc);
    c->sendx = c->recvx = after(c, c->recvx);
  }
  if (sg->elem) copy_elem(sg->elem, elem, c->elem_size);
  sg->success = true;
  gp->param = sg;
}

void chan_recv_direct(struct cr_chan *c, struct sudog *sg, void *elem, uintptr_t pc) {
  struct g *gp = sg->g;
  if (c->cap == 0) {
    meet_sender(c, gp->race, elem, pc);
    if (elem) copy_elem(elem, sg->elem, c->elem_size);
  } else {
    // The ring is full: its oldest element is ours, and the sender's goes into the same slot.
    char *s = slot(c, c->recvx);
    race_release_acquire(s);              // R2, A1
    race_release_acquire_g(gp->race, s);  // R1, A2
    if (elem) {
      race_write(elem, c->elem_size, pc);
      copy_elem(elem, s, c->elem_size);
    }
    copy_elem(s, sg->elem, c->elem_size);
    c->sendx = c->recvx = after(c, c->recvx);
  }
  sg->success = true;
  gp->param = sg;
}

// ---- parking ------------------------------------------------------------------------------------

static bool stay_parked(struct g *gp, void *arg) {
  (void)gp, (void)arg;
  return true;
}

_Noreturn static void park_forever(enum wait_reason why) {
  park(stay_parked, NULL, why);
  throw("chan: woke up on a nil channel");
}

// wait_in parks the goroutine in q until a peer has dealt with elem; false: c was closed. c->lock is
// held, and released once parked.
static bool wait_in(struct cr_chan *c, struct cr_waitq *q, void *elem, enum wait_reason why, uintptr_t pc) {
  struct g *gp = getg();
  struct sudog sg = {.g = gp, .elem = elem, .c = c, .pc = pc};
  waitq_push(q, &sg);
  if (__builtin_expect(c->timer != NULL, 0)) ticker_wanted(c->timer);
  gp->waiting = &sg;
  gp->param = NULL;
  park_unlock(&c->lock, why);
  if (gp->param != &sg) throw("chan: spurious wakeup");
  gp->waiting = NULL;
  gp->param = NULL;
  return sg.success;
}

// ---- send ---------------------------------------------------------------------------------------

// full and empty look without the lock; the answer was right at some moment of the call.
static bool full(const struct cr_chan *c) {
  if (c->cap == 0) return !waitq_peek(&c->recvq);
  return load_rlx(&c->count) == c->cap;
}

static bool empty(const struct cr_chan *c) {
  if (c->cap == 0) return !waitq_peek(&c->sendq);
  return load_acq(&c->count) == 0;
}

static enum chan_result send_locked(struct cr_chan *c, const void *elem, bool block, uintptr_t pc) {
  if (load_rlx(&c->closed)) {
    unlock(&c->lock);
    return CHAN_CLOSED;
  }
  struct sudog *sg = chan_dequeue(&c->recvq);
  if (sg) {
    struct g *gp = sg->g;
    chan_send_direct(c, sg, elem);
    unlock(&c->lock);
    ready(gp);
    return CHAN_DONE;
  }
  if (load_rlx(&c->count) < c->cap) {
    chan_put(c, elem);
    unlock(&c->lock);
    return CHAN_DONE;
  }
  if (!block) {
    unlock(&c->lock);
    return CHAN_WOULD_BLOCK;
  }
  return wait_in(c, &c->sendq, (void *)elem, WAIT_CHAN_SEND, pc) ? CHAN_DONE : CHAN_CLOSED;
}

enum chan_result chan_send(struct cr_chan *c, const void *elem, bool block, uintptr_t pc) {
  if (!c) {
    if (!block) return CHAN_WOULD_BLOCK;
    park_forever(WAIT_CHAN_SEND_NIL);
  }
  chan_check(c);
  chan_race_used(c, pc);
  race_read(elem, c->elem_size, pc);
  lockorder_operation(c, ONE_COMPLETES, &c->send_open, pc);
  if (block && full(c)) lockorder_waits(&c->sendq, pc);
  // Not closed and then full: a channel closed in between was full and open at one moment.
  if (!block && !load_acq(&c->closed) && full(c)) return CHAN_WOULD_BLOCK;
  lock(&c->lock);
  enum chan_result r = send_locked(c, elem, block, pc);
  if (r != CHAN_WOULD_BLOCK) lockorder_learn(&c->sendq);
  return r;
}

// ---- receive ------------------------------------------------------------------------------------

static enum chan_result recv_locked(struct cr_chan *c, void *elem, bool block, uintptr_t pc) {
  struct sudog *sg = chan_dequeue(&c->sendq);
  if (sg) {
    struct g *gp = sg->g;
    chan_recv_direct(c, sg, elem, pc);
    unlock(&c->lock);
    ready(gp);
    return CHAN_DONE;
  }
  if (load_rlx(&c->count) > 0) {
    chan_take(c, elem, pc);
    unlock(&c->lock);
    return CHAN_DONE;
  }
  if (load_rlx(&c->closed)) {
    chan_take_closed(c, elem, pc);
    unlock(&c->lock);
    return CHAN_CLOSED;
  }
  if (!block) {
    unlock(&c->lock);
    return CHAN_WOULD_BLOCK;
  }
  return wait_in(c, &c->recvq, elem, WAIT_CHAN_RECV, pc) ? CHAN_DONE : CHAN_CLOSED;
}

enum chan_result chan_recv(struct cr_chan *c, void *elem, bool block, uintptr_t pc) {
  if (!c) {
    if (!block) return CHAN_WOULD_BLOCK;
    park_forever(WAIT_CHAN_RECV_NIL);
  }
  chan_check(c);
  lockorder_operation(&c->sendq, ONE_COMPLETES, &c->recv_open, pc);
  if (block) lockorder_waits(c, pc);
  if (__builtin_expect(c->timer != NULL, 0)) ticker_poll(c->timer);
  // Empty and then not closed: it was empty and open at that moment. What is closed goes by the lock.
  if (!block && empty(c) && !load_acq(&c->closed)) return CHAN_WOULD_BLOCK;
  lock(&c->lock);
  enum chan_result r = recv_locked(c, elem, block, pc);
  if (r != CHAN_WOULD_BLOCK) lockorder_learn(c);
  return r;
}

// ---- close --------------------------------------------------------------------------------------

// wake_all_closed empties q onto the list at *tail and returns its new tail. The waiters see a zero
// value and no success.
static struct sudog **wake_all_closed(struct cr_chan *c, struct cr_waitq *q, bool receivers,
                                      struct sudog **tail) {
  for (struct sudog *sg; (sg = chan_dequeue(q));) {
    struct g *gp = sg->g;
    race_acquire_g(gp->race, c);  // A3
    if (receivers && sg->elem) {
      race_write_g(gp->race, sg->elem, c->elem_size, sg->pc);
      zero_elem(sg->elem, c->elem_size);
    }
    sg->success = false;
    gp->param = sg;
    *tail = sg;
    tail = &sg->next;
  }
  return tail;
}

bool chan_close(struct cr_chan *c, callsite at, uintptr_t pc) {
  chan_check(c);
  callsite_note(at);
  lock(&c->lock);
  if (load_rlx(&c->closed)) {
    unlock(&c->lock);
    return false;
  }
  race_write(header(c), sizeof c->buf, pc);
  race_release(c);  // R3
  lockorder_operation(c, ONE_COMPLETES, &c->send_open, pc);
  c->closed_at = (struct place){at, getg()->goid};
  store_rel(&c->closed, 1);
  struct sudog *woken = NULL, **tail = &woken;
  tail = wake_all_closed(c, &c->recvq, true, tail);
  tail = wake_all_closed(c, &c->sendq, false, tail);
  *tail = NULL;
  unlock(&c->lock);
  while (woken) {
    struct sudog *sg = woken;
    woken = sg->next;
    ready(sg->g);
  }
  return true;
}

// ---- make and free ------------------------------------------------------------------------------

static size_t total_size(size_t elem_size, size_t cap) {
  return sizeof(struct cr_chan) + cap * (elem_size ? elem_size : 1);
}

struct cr_chan *cr_chan_make_raw(size_t elem_size, long long cap, const char *type) {
  size_t stride = elem_size ? elem_size : 1;
  if (cap < 0 || (unsigned long long)cap > (PTRDIFF_MAX - sizeof(struct cr_chan)) / stride)
    cr_panic("makechan: size out of range");
  callsite at = callsite_here(getg());
  callsite_note(at);
  race_enter(PC());  // reports say where the channel was made
  struct cr_chan *c = malloc(total_size(elem_size, (size_t)cap));
  race_leave();
  if (!c) throw("chan: out of memory");
  *c = (struct cr_chan){.cap = (size_t)cap, .elem_size = elem_size, .buf = (char *)(c + 1), .type = type,
                        .made = {.at = at}};
  return c;
}

void cr_chan_free_raw(struct cr_chan *c) {
  if (!c) return;
  chan_check(c);
  if (c->timer) {
    ticker_free(c->timer, PC());
    return;
  }
  lock(&c->lock);
  bool used = !waitq_empty(&c->recvq) || !waitq_empty(&c->sendq);
  unlock(&c->lock);
  if (used) cr_panic("free of channel with waiters");
  size_t n = total_size(c->elem_size, c->cap);
  race_write(header(c), sizeof c->buf, PC());
  race_sync_forget(c, n);
  lockorder_forget(c);
  lockorder_forget(&c->sendq);
  race_fresh(c, n);
  c->freed = CHAN_FREED;
  __asm__ volatile("" ::: "memory");  // or the store before the free would go
  free(c);
}

// ---- the public calls ---------------------------------------------------------------------------

_Noreturn void chan_panic_send(const struct cr_chan *c, uintptr_t pc) {
  misuse_panic(&(struct misuse){.rule = "send-on-closed", .title = "send on a closed channel", .does = "sends on channel", .object = c,
                                .pc = pc, .earlier = "closed it", .before = c->closed_at},
               "send on closed channel");
}

_Noreturn static void panic_close(const struct cr_chan *c, uintptr_t pc) {
  struct misuse m = {.rule = c ? "double-close" : "close-of-nil", .title = c ? "close of a closed channel" : "close of a nil channel",
                     .does = c ? "closes channel" : "closes a nil channel", .object = c, .pc = pc};
  if (c) m.earlier = "closed it", m.before = c->closed_at;
  misuse_panic(&m, c ? "close of closed channel" : "close of nil channel");
}

static bool send_or_panic(struct cr_chan *c, const void *elem, bool block, uintptr_t pc) {
  rt_enter();
  enum chan_result r = chan_send(c, elem, block, pc);
  rt_exit();
  if (r == CHAN_CLOSED) chan_panic_send(c, pc);
  return r == CHAN_DONE;
}

void cr_chan_send_raw(struct cr_chan *c, const void *elem) { send_or_panic(c, elem, true, PC()); }

bool cr_chan_try_send_raw(struct cr_chan *c, const void *elem) { return send_or_panic(c, elem, false, PC()); }

bool cr_chan_recv_raw(struct cr_chan *c, void *elem) {
  rt_enter();
  enum chan_result r = chan_recv(c, elem, true, PC());
  rt_exit();
  return r == CHAN_DONE;
}

bool cr_chan_try_recv_raw(struct cr_chan *c, void *elem) {
  rt_enter();
  enum chan_result r = chan_recv(c, elem, false, PC());
  rt_exit();
  return r == CHAN_DONE;
}

bool cr_chan_try_recv_ok_raw(struct cr_chan *c, void *elem, bool *ok) {
  rt_enter();
  enum chan_result r = chan_recv(c, elem, false, PC());
  if (r != CHAN_WOULD_BLOCK && ok) {
    race_write(ok, sizeof *ok, PC());
    *ok = r == CHAN_DONE;
  }
  rt_exit();
  return r != CHAN_WOULD_BLOCK;
}

void cr_chan_close_raw(struct cr_chan *c) {
  if (!c) panic_close(NULL, PC());
  rt_enter();
  bool was_open = chan_close(c, callsite_here(getg()), PC());
  rt_exit();
  if (!was_open) panic_close(c, PC());
}

// The place for a timer's moment is no buffer that anybody may see.
size_t cr_chan_len_raw(const struct cr_chan *c) { return c && !c->timer ? load_rlx(&c->count) : 0; }
size_t cr_chan_cap_raw(const struct cr_chan *c) { return c && !c->timer ? c->cap : 0; }

// ---- the walker ---------------------------------------------------------------------------------

static bool only_selects(const struct cr_waitq *q) {
  for (const struct sudog *sg = q->first; sg; sg = sg->next)
    if (!sg->is_select) return false;
  return true;
}

bool chan_is_valid(const struct cr_chan *c) {
  size_t n = load_rlx(&c->count);
  if (n > c->cap || !waitq_is_valid(&c->recvq) || !waitq_is_valid(&c->sendq)) return false;
  if (c->cap ? (c->sendx != (c->recvx + n) % c->cap) : (c->sendx || c->recvx)) return false;
  // A select that was won elsewhere may still be linked here, so selects prove nothing.
  bool no_recv = only_selects(&c->recvq), no_send = only_selects(&c->sendq);
  if (load_rlx(&c->closed)) return no_recv && no_send;
  return (n == 0 || no_recv) && (n == c->cap || no_send) && (no_recv || no_send);
}
