// SPDX-License-Identifier: Apache-2.0
// waitq.h: sudogs, and the queues of parked goroutines that channels and locks keep them in.
//
// A sudog stands for one goroutine in one queue; a select has one in the queue of each of its
// channels. It lives in the stack frame of the goroutine that parks, so it needs no allocation, and
// nobody may touch it once that goroutine has been made ready.
//
//     struct cr_waitq { first ──► sudog ◄──► sudog ◄──► sudog ◄── last }
//
// Invariants
//  1. A sudog is in at most one queue, and in it exactly while linked from first; sg->q says which.
//  2. Queues are FIFO but for waitq_push_front.
//  3. A queue and its sudogs' links are read and written under the lock of the object that has it.
#ifndef CRUN_RUNTIME_WAITQ_H
#define CRUN_RUNTIME_WAITQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crun/sync.h"

struct g;
struct cr_chan;

struct sudog {
  struct g *g;          // read-only while queued
  struct sudog *next;   // under the object's lock
  struct sudog *prev;   // under the object's lock
  void *elem;           // a channel's: where to copy to or from; may be NULL for a receiver
  struct cr_chan *c;    // a channel's: which
  struct cr_waitq *q;   // the queue it is in; nil: none. Under the object's lock
  union {
    uintptr_t pc;       // a channel's: the user's call, for race reports
    int64_t since_ns;   // a mutex's: when it first queued
  };
  bool is_select;       // g may be woken by another case: who dequeues must win g->select_done
  bool awake;           // a cond's: g has not parked yet, and must not be made ready
  bool success;         // set by the waker: a value was handed over (not: the channel was closed),
                        // a mutex was handed over (not: try again)
};

// waitq_peek looks at the front without the lock; what it returns may only be compared with nil.
static inline const struct sudog *waitq_peek(const struct cr_waitq *q) {
  return __atomic_load_n(&q->first, __ATOMIC_ACQUIRE);
}

static inline bool waitq_empty(const struct cr_waitq *q) { return !q->first; }

static inline void waitq_push(struct cr_waitq *q, struct sudog *sg) {
  sg->q = q;
  sg->next = NULL;
  sg->prev = q->last;
  if (q->last) q->last->next = sg;
  else q->first = sg;
  q->last = sg;
}

static inline void waitq_push_front(struct cr_waitq *q, struct sudog *sg) {
  sg->q = q;
  sg->prev = NULL;
  sg->next = q->first;
  if (q->first) q->first->prev = sg;
  else q->last = sg;
  q->first = sg;
}

static inline struct sudog *waitq_pop(struct cr_waitq *q) {
  struct sudog *sg = q->first;
  if (!sg) return NULL;
  q->first = sg->next;
  if (q->first) q->first->prev = NULL;
  else q->last = NULL;
  sg->next = NULL;
  sg->q = NULL;
  return sg;
}

// waitq_remove takes sg out of q if it is still there.
static inline void waitq_remove(struct cr_waitq *q, struct sudog *sg) {
  if (!sg->q) return;  // whoever lost the select popped it
  if (sg->prev) sg->prev->next = sg->next;
  else q->first = sg->next;
  if (sg->next) sg->next->prev = sg->prev;
  else q->last = sg->prev;
  sg->next = sg->prev = NULL;
  sg->q = NULL;
}

static inline bool waitq_is_valid(const struct cr_waitq *q) {
  const struct sudog *prev = NULL;
  for (const struct sudog *sg = q->first; sg; prev = sg, sg = sg->next)
    if (sg->prev != prev || !sg->g || sg->q != q) return false;
  return q->last == prev;
}

#endif
