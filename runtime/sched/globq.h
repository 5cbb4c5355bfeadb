// SPDX-License-Identifier: Apache-2.0
// globq.h: the queues of all Ps: the global one, for what a full ring drove out or who yielded, and the urgent one, for
// what somebody without a P made ready. Those are few and are not to wait behind the many of the other.
#ifndef CRUN_GLOBQ_H
#define CRUN_GLOBQ_H

#include "sched/wake.h"

// global_put_locked adds the n goroutines of a list. Under sched.lock.
void global_put_locked(struct g *head, struct g *tail, uint32_t n);

void urgent_put(struct g *gp);

// urgent_get is nil if there is none.
struct g *urgent_get(void);

// global_get takes one goroutine, and up to max-1 more into pp's ring; nil: there is none.
struct g *global_get_slow(struct p *pp, uint32_t max);
static inline struct g *global_get(struct p *pp, uint32_t max) {
  return load_rlx(&sched.global_len) == 0 ? NULL : global_get_slow(pp, max);
}

#endif
