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
bool runq_put(struct runq *q, struct g *gp);

// runq_get takes from the head; nil: empty. For the owner.
struct g *runq_get(struct runq *q);

// runq_grab moves half of q's goroutines (at least one, if it has any) into batch, which has room
// for half a ring, and returns their number. Anybody may call it.
uint32_t runq_grab(struct runq *q, struct g **batch);

uint32_t runq_len(const struct runq *q);

#endif
