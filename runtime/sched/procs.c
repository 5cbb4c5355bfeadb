// SPDX-License-Identifier: Apache-2.0
// procs.c: how many Ps there are: CRUNMAXPROCS at the start, cr_set_maxprocs later.
//
// A P is made once and kept: procs[0, nmade) may be walked without a lock, by thieves and by sysmon. The world
// is not stopped. A P that is to go (leaves) is given up by its M at the next pick, or by sysmon, which takes it
// from an M that computes; its goroutines go to the global queue.
//
//     none ──made──► IDLE ◄────► RUNNING ──leaves, then given up──► GONE ──the number grows──► IDLE
//
//   R7: nmade and nprocs, after the entries of procs   A7: their load by who walks them
#include "sched/procs.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/os.h"
#include "crun/debug.h"
#include "diag/dump/dump.h"
#include "sched/retake.h"
#include "sched/runq.h"
#include "sched/sched.h"
#include "sched/wake.h"

#define PUBLIC __attribute__((visibility("default")))

int sched_procs(void) { return (int)load_rlx(&sched.nprocs); }

static int wanted_procs(void) {
  const char *s = getenv("CRUNMAXPROCS");
  if (!s || !*s) return os_procs();
  char *end;
  errno = 0;
  long n = strtol(s, &end, 10);
  if (*end || errno || n < 1 || n > MAX_PROCS) {
    errf("crun: CRUNMAXPROCS=%s is not a number from 1 to %d; using %d\n", s, MAX_PROCS, os_procs());
    return os_procs();
  }
  return (int)n;
}

static struct p *p_new(uint32_t id) {
  race_hide_begin();
  struct p *pp = aligned_alloc(64, sizeof *pp);
  race_hide_end();
  if (!pp) throw("out of memory for a P");
  memset(pp, 0, sizeof *pp);
  pp->id = id;
  store_rlx(&pp->status, P_GONE);
  return pp;
}

void p_idle_locked(struct p *pp) {
  store_rlx(&pp->m, NULL);
  if (load_rlx(&pp->leaves)) {
    store_rlx(&pp->status, P_GONE);
    store_seq(&sched.nlive_p, load_rlx(&sched.nlive_p) - 1);
    return;
  }
  store_rlx(&pp->status, P_IDLE);
  pp->idle_next = sched.idle_p;
  sched.idle_p = pp;
  add_seq(&sched.nidle_p, 1);
}

void p_empty(struct p *pp) {
  struct g *gp = load_rlx(&pp->runnext);
  store_rlx(&pp->runnext, NULL);
  if (gp) global_put(gp);
  while ((gp = runq_get(&pp->runq, false))) global_put(gp);
}

// grow_locked makes Ps up to number n there are; made has those that were not made before.
static void grow_locked(uint32_t n, struct p **made) {
  for (uint32_t i = n; i-- > 0;) {  // the idle list begins with the lowest
    if (i >= load_rlx(&sched.nmade)) sched.procs[i] = made[i];
    struct p *pp = sched.procs[i];
    store_rlx(&pp->leaves, false);
    if (load_rlx(&pp->status) != P_GONE) continue;
    store_seq(&sched.nlive_p, load_rlx(&sched.nlive_p) + 1);
    p_idle_locked(pp);
  }
  if (n > load_rlx(&sched.nmade)) store_rel(&sched.nmade, n);  // R7
}

// shrink_locked marks the Ps from number n on as leaving; the idle ones are gone at once.
static void shrink_locked(uint32_t n) {
  struct p *stay = NULL;
  for (uint32_t i = n; i < load_rlx(&sched.nmade); i++) store_rlx(&sched.procs[i]->leaves, true);
  while (sched.idle_p) {
    struct p *pp = sched.idle_p;
    sched.idle_p = pp->idle_next;
    add_seq(&sched.nidle_p, -1u);
    if (load_rlx(&pp->leaves)) {
      p_idle_locked(pp);
      continue;
    }
    pp->idle_next = stay;
    stay = pp;
  }
  for (struct p *pp; (pp = stay);) {
    stay = pp->idle_next;
    p_idle_locked(pp);
  }
}

void procs_init(void) {
  uint32_t n = (uint32_t)wanted_procs();
  struct p *made[MAX_PROCS];
  for (uint32_t i = 0; i < n; i++) made[i] = p_new(i);
  grow_locked(n, made);  // nobody else is there yet
  store_rlx(&sched.nprocs, n);
}

// share_locked ends the time of the only P, whose owner took from its ring without a locked instruction: thieves will come.
// False: the owner, who is not the caller, is in the runtime and may be taking.
static bool share_locked(struct p *pp) {
  struct m *mp = load_rlx(&pp->m);
  if (mp) {
    bool quiet = mp == getm() || quiet_begin_locked(mp);
    if (quiet) store_rlx(&sched.alone, false);
    if (mp != getm()) quiet_end_locked(mp);
    return quiet;
  }
  lock(&sched.lock);
  bool idle = load_rlx(&pp->status) == P_IDLE;
  if (idle) store_rlx(&sched.alone, false);
  unlock(&sched.lock);
  return idle;
}

static void share(void) {
  for (bool done = false; !done;) {
    lock(&sched.retake_lock);
    done = share_locked(sched.procs[0]);
    unlock(&sched.retake_lock);
    if (!done) sched_yield();
  }
}

// resize returns the number there was.
static int resize(uint32_t n) {
  struct p *made[MAX_PROCS] = {NULL};
  uint32_t had = load_acq(&sched.nmade);
  for (uint32_t i = had; i < n; i++) made[i] = p_new(i);
  if (n > 1 && load_rlx(&sched.alone)) share();
  lock(&sched.lock);
  uint32_t before = load_rlx(&sched.nprocs), now = load_rlx(&sched.nmade);
  grow_locked(n, made);
  store_rel(&sched.nprocs, n);  // R7
  shrink_locked(n);
  unlock(&sched.lock);
  race_hide_begin();
  for (uint32_t i = had; i < now && i < n; i++) free(made[i]);  // another made them meanwhile
  race_hide_end();
  return (int)before;
}

PUBLIC int cr_set_maxprocs(int n) {
  if (n < 0 || n > MAX_PROCS) return -EINVAL;
  getg();
  if (n == 0) return sched_procs();
  rt_enter();
  int before = resize((uint32_t)n);
  if (n > before) wakep();
  sysmon_start();
  sysmon_poke();
  gosched();  // the P this runs on may be one that goes
  rt_exit();
  return before;
}

PUBLIC int cr_maxprocs(void) { return sched_procs(); }
