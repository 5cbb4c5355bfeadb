// SPDX-License-Identifier: Apache-2.0
// schedtrace.c: CRUNDEBUG=schedtrace=MS: a line on the scheduler's state, in Go's shape.
//
//     SCHED 1004ms: gomaxprocs=2 idleprocs=0 threads=5 spinningthreads=1 needspinning=0 idlethreads=0 runqueue=0 [0 0]
//
// The last numbers are the queues of the Ps, with what each runs next. needspinning is always 0: wakep asks
// for a spinning M at once.
#include <stdio.h>

#include "base/os.h"
#include "diag/watch/periodic.h"
#include "sched/crowd.h"
#include "sched/runq.h"
#include "sched/wake.h"

enum { LINE = 256 + 12 * MAX_PROCS };

static int queue_len(struct p *pp) { return (int)runq_len(&pp->runq) + (load_acq(&pp->runnext) != NULL); }

int schedtrace_line(char *line, int size, int64_t ms) {
  lock(&sched.lock);
  int threads = sched.nm + sysmon_threads(), idle = sched.nidle_m;
  unlock(&sched.lock);
  int n = snprintf(line, (size_t)size,
                   "SCHED %lldms: gomaxprocs=%u idleprocs=%u threads=%d spinningthreads=%u needspinning=0 "
                   "idlethreads=%d runqueue=%u [",
                   (long long)ms, load_rlx(&sched.nprocs), load_rlx(&sched.nidle_p), threads, load_rlx(&sched.nspinning),
                   idle, load_rlx(&sched.global_len) + load_rlx(&crowd.nheld));
  for (uint32_t i = 0, procs = load_acq(&sched.nprocs); i < procs; i++)
    n += snprintf(line + n, (size_t)(size - n), "%s%d", i ? " " : "", queue_len(sched.procs[i]));
  return n + snprintf(line + n, (size_t)(size - n), "]\n");
}

void schedtrace(void) {
  static char line[LINE];  // sysmon's
  int n = schedtrace_line(line, sizeof line, (sched_now() - load_rlx(&sched.watched_ns)) / 1000000);
  err_write(line, (size_t)n);
}
