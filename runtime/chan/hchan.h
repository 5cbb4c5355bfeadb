// SPDX-License-Identifier: Apache-2.0
// hchan.h: the inside of a channel, which chan.c and select.c share.
//
// From chan_dequeue on, all are called with c->lock held.
#ifndef CRUN_RUNTIME_HCHAN_H
#define CRUN_RUNTIME_HCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/lock.h"
#include "chan/waitq.h"
#include "crun/chan.h"
#include "diag/deadlock/misuse.h"

struct cr_chan {
  struct lock lock;         // rank: any number, ascending by address (select); inside it only ready()'s
  _Atomic uint32_t closed;  // written under lock
  _Atomic size_t count;     // elements in buf; written under lock
  size_t cap;               // read-only after init
  size_t elem_size;         // read-only after init
  size_t sendx;             // under lock: the slot of the next send
  size_t recvx;             // under lock: the slot of the next receive
  char *buf;                // read-only after init: cap slots; -race: the word that send and close meet on
  const char *type;         // read-only after init: of the elements, as the program writes it; nil: not known
  struct place made;        // read-only after init
  struct cr_timer *timer;   // read-only after init: whose channel it is; nil: nobody's
  struct cr_waitq recvq;    // under lock
  struct cr_waitq sendq;    // under lock
  _Atomic bool send_open, recv_open;  // diag/order/lockorder.c's: a send, a receive was made with no lock held
  struct place closed_at;   // written under lock, once
  bool of_context;          // read-only after init: a context's, closed when that is canceled
  uint32_t freed;           // CHAN_FREED once it is, as long as malloc leaves it
};

enum { CHAN_FREED = 0x6672ee64 };

// chan_check is fatal in a debug build if c was freed.
static inline void chan_check(const struct cr_chan *c) {
#ifndef NDEBUG
  if (c->freed == CHAN_FREED) throw("chan: use of a freed channel");
#endif
}

enum chan_result { CHAN_WOULD_BLOCK, CHAN_DONE, CHAN_CLOSED };

// chan_send and chan_recv are whole operations, by the goroutine that runs, for the user's call at pc.
// A send that is CHAN_CLOSED is the caller's to panic about, outside the runtime.
enum chan_result chan_send(struct cr_chan *c, const void *elem, bool block, uintptr_t pc);
enum chan_result chan_recv(struct cr_chan *c, void *elem, bool block, uintptr_t pc);

// chan_panic_send panics for a send at pc on c, which is closed.
_Noreturn void chan_panic_send(const struct cr_chan *c, uintptr_t pc);

// chan_close closes c for the user's call `at`, which returns to pc; false: it was closed.
bool chan_close(struct cr_chan *c, callsite at, uintptr_t pc);

// chan_race_used tells the detector that a send is tried at pc: against a close, or the end, of c.
void chan_race_used(const struct cr_chan *c, uintptr_t pc);

// chan_dequeue pops the first waiter whose select has not been won by another case.
struct sudog *chan_dequeue(struct cr_waitq *q);

// chan_send_direct hands elem to the parked receiver sg, which the caller makes ready after unlocking.
void chan_send_direct(struct cr_chan *c, struct sudog *sg, const void *elem);

// chan_recv_direct completes a receive into elem while sender sg is parked: of its value, or if there
// is a buffer, of the oldest one, sg's going in at the end. The caller makes sg ready after unlocking.
void chan_recv_direct(struct cr_chan *c, struct sudog *sg, void *elem, uintptr_t pc);

// chan_put and chan_take move one element into and out of the buffer, which has room or an element.
void chan_put(struct cr_chan *c, const void *elem);
void chan_take(struct cr_chan *c, void *elem, uintptr_t pc);

// chan_take_closed is the receive on a closed and drained channel.
void chan_take_closed(struct cr_chan *c, void *elem, uintptr_t pc);

// signal_each calls fn for each channel that signals come on, without a lock.
void signal_each(void (*fn)(const struct cr_chan *c));

bool chan_is_valid(const struct cr_chan *c);

#endif
