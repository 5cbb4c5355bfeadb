// SPDX-License-Identifier: Apache-2.0
// stats.c: cr_read_stats: counters that Ps keep for themselves are summed when somebody asks.
#include "crun/debug.h"
#include "sched/crowd.h"
#include "sched/runq.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/stack.h"
#include "time/timer.h"

static void add_procs(struct cr_stats *out) {
  for (uint32_t i = 0, n = load_acq(&sched.nmade); i < n; i++) {
    struct p *pp = sched.procs[i];
    out->runnable += runq_len(&pp->runq) + (load_rlx(&pp->runnext) != NULL);
    out->switches += load_rlx(&pp->schedtick);
    out->steals += load_rlx(&pp->nsteals);
    out->created -= load_rlx(&pp->goid_end) - load_rlx(&pp->goid);
  }
}

static void add_threads(struct cr_stats *out) {
  lock(&sched.lock);
  out->threads = (uint64_t)(sched.nm + sysmon_threads());
  out->threads_idle = (uint64_t)sched.nidle_m;
  unlock(&sched.lock);
  out->threads_spinning = load_rlx(&sched.nspinning);
}

__attribute__((visibility("default"))) void cr_read_stats(struct cr_stats *out) {
  sched_start();
  rt_enter();
  *out = (struct cr_stats){
      .goroutines = sched_goroutines(),
      .created = load_rlx(&sched.goid),
      .runnable = load_rlx(&sched.global_len) + load_rlx(&crowd.nheld),
      .held = load_rlx(&crowd.nheld),
      .hogs = load_rlx(&crowd.nhogs),
      .procs = load_rlx(&sched.nprocs),
      .procs_idle = load_rlx(&sched.nidle_p),
      .retakes = load_rlx(&sched.nretakes),
      .handoffs = load_rlx(&sched.nhandoffs),
      .polls = load_rlx(&sched.npolls),
      .pthread_lock_parks = load_rlx(&sched.nforeign_parks),
      .timers = timers_armed(),
  };
  add_procs(out);
  add_threads(out);
  stack_count(&out->stacks, &out->stack_bytes_mapped);
  rt_exit();
}
