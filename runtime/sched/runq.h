// SPDX-License-Identifier: Apache-2.0
// runq.h: a P's run queue: a ring that its owner fills and that anybody may take from.
//
// Invariants: 1. only the owner writes tail, and only forwards; 2. head moves forwards by
// compare-and-swap; 3. tail - head <= RUNQ_SIZE.
//   R1: store of tail (put, after the ring's slot)    A1: load of tail by a thief
//   R2: compare-and-swap of head (taken)              A2: load of head by the owner before reuse
#ifndef CRUN_RUNQ_H
#define CRUN_RUNQ_H

#include "sched/g.h"

// runq_put adds gp at the tail; false: the ring is full.
static inline bool runq_put(struct runq *q, struct g *gp) {
  uint32_t head = load_acq(&q->head);  // A2
  uint32_t tail = load_rlx(&q->tail);
  if (tail - head >= RUNQ_SIZE) return false;
  store_rlx(&q->ring[tail % RUNQ_SIZE], gp);
  store_rel(&q->tail, tail + 1);  // R1
  return true;
}

// runq_get takes from the head; nil: empty. For the owner. alone: nobody else takes.
static inline struct g *runq_get(struct runq *q, bool alone) {
  uint32_t head = load_acq(&q->head);
  if (alone) {
    if (head == load_rlx(&q->tail)) return NULL;
    store_rlx(&q->head, head + 1);
    return load_rlx(&q->ring[head % RUNQ_SIZE]);
  }
  for (;;) {
    if (head == load_rlx(&q->tail)) return NULL;
    struct g *gp = load_rlx(&q->ring[head % RUNQ_SIZE]);
    if (cas_acq_rel(&q->head, &head, head + 1)) return gp;  // R2
  }
}

// runq_grab moves half of q's goroutines (at least one, if it has any, and at most RUNQ_GRAB) into batch, and returns
// their number. Anybody may call it.
uint32_t runq_grab(struct runq *q, struct g **batch);

static inline uint32_t runq_len(const struct runq *q) {
  uint32_t head = load_acq(&q->head);
  return load_acq(&q->tail) - head;
}

#endif
