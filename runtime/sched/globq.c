// SPDX-License-Identifier: Apache-2.0
// globq.c: the global run queue and the urgent one.
#include "sched/globq.h"

#include "sched/crowd.h"
#include "sched/runq.h"

void global_put_locked(struct g *head, struct g *tail, uint32_t n) {
  tail->schedlink = NULL;
  if (sched.global_tail) sched.global_tail->schedlink = head;
  else sched.global_head = head;
  sched.global_tail = tail;
  store_seq(&sched.global_len, load_rlx(&sched.global_len) + n);  // R1
}

void global_put(struct g *gp) {
  lock(&sched.lock);
  global_put_locked(gp, gp, 1);
  unlock(&sched.lock);
}

void urgent_put(struct g *gp) {
  gp->schedlink = NULL;
  lock(&sched.lock);
  if (sched.urgent_tail) sched.urgent_tail->schedlink = gp;
  else sched.urgent_head = gp;
  sched.urgent_tail = gp;
  store_rlx(&crowd.nurgent, load_rlx(&crowd.nurgent) + 1);
  store_seq(&sched.global_len, load_rlx(&sched.global_len) + 1);  // R1
  unlock(&sched.lock);
}

struct g *urgent_get(void) {
  lock(&sched.lock);
  struct g *gp = sched.urgent_head;
  if (gp) {
    sched.urgent_head = gp->schedlink;
    if (!sched.urgent_head) sched.urgent_tail = NULL;
    store_rlx(&crowd.nurgent, load_rlx(&crowd.nurgent) - 1);
    store_rlx(&sched.global_len, load_rlx(&sched.global_len) - 1);
  }
  unlock(&sched.lock);
  return gp;
}

static struct g *global_pop_locked(void) {
  struct g *gp = sched.global_head;
  if (!gp) return NULL;
  sched.global_head = gp->schedlink;
  if (!sched.global_head) sched.global_tail = NULL;
  store_rlx(&sched.global_len, load_rlx(&sched.global_len) - 1);
  return gp;
}

static struct g *global_get_locked(struct p *pp, uint32_t max) {
  uint32_t n = load_rlx(&sched.global_len) / load_rlx(&sched.nprocs) + 1;
  if (n > max) n = max;
  struct g *first = global_pop_locked();
  while (first && --n > 0 && sched.global_head && runq_len(&pp->runq) < RUNQ_SIZE / 2)
    runq_put(&pp->runq, global_pop_locked());
  return first;
}

struct g *global_get_slow(struct p *pp, uint32_t max) {
  lock(&sched.lock);
  struct g *gp = global_get_locked(pp, max);
  unlock(&sched.lock);
  return gp;
}
