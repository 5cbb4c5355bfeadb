// SPDX-License-Identifier: Apache-2.0
// runq.c: taking from a run queue as a thief; runq.h has its invariants and edges.
#include "sched/runq.h"

uint32_t runq_grab(struct runq *q, struct g **batch) {
  for (;;) {
    uint32_t head = load_acq(&q->head);
    uint32_t tail = load_acq(&q->tail);  // A1
    uint32_t n = tail - head;
    n -= n / 2;
    if (n == 0) return 0;
    if (n > RUNQ_SIZE / 2) continue;  // head and tail are of different moments
    if (n > RUNQ_GRAB) n = RUNQ_GRAB;
    for (uint32_t i = 0; i < n; i++) batch[i] = load_rlx(&q->ring[(head + i) % RUNQ_SIZE]);
    if (cas_acq_rel(&q->head, &head, head + n)) return n;  // R2
  }
}
