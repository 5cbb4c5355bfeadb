// SPDX-License-Identifier: Apache-2.0
// runq.c: the run queue; runq.h has its invariants and edges.
#include "sched/runq.h"

bool runq_put(struct runq *q, struct g *gp) {
  uint32_t head = load_acq(&q->head);  // A2
  uint32_t tail = load_rlx(&q->tail);
  if (tail - head >= RUNQ_SIZE) return false;
  store_rlx(&q->ring[tail % RUNQ_SIZE], gp);
  store_rel(&q->tail, tail + 1);  // R1
  return true;
}

struct g *runq_get(struct runq *q) {
  uint32_t head = load_acq(&q->head);
  for (;;) {
    if (head == load_rlx(&q->tail)) return NULL;
    struct g *gp = load_rlx(&q->ring[head % RUNQ_SIZE]);
    if (cas_acq_rel(&q->head, &head, head + 1)) return gp;  // R2
  }
}

uint32_t runq_grab(struct runq *q, struct g **batch) {
  for (;;) {
    uint32_t head = load_acq(&q->head);
    uint32_t tail = load_acq(&q->tail);  // A1
    uint32_t n = tail - head;
    n -= n / 2;
    if (n == 0) return 0;
    if (n > RUNQ_SIZE / 2) continue;  // head and tail are of different moments
    for (uint32_t i = 0; i < n; i++) batch[i] = load_rlx(&q->ring[(head + i) % RUNQ_SIZE]);
    if (cas_acq_rel(&q->head, &head, head + n)) return n;  // R2
  }
}

uint32_t runq_len(const struct runq *q) {
  uint32_t head = load_acq(&q->head);
  return load_acq(&q->tail) - head;
}
