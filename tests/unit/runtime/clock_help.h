// SPDX-License-Identifier: Apache-2.0
// clock_help.h: tests of how long goroutines wait: time is told, not waited for.
#ifndef CRUN_TESTS_CLOCK_HELP_H
#define CRUN_TESTS_CLOCK_HELP_H

#include "sync_help.h"

#include "sched/sched.h"
#include "sched/wake.h"

static const int64_t MINUTE_NS = 60000000000;

static void count_waiting(struct g *gp, void *n) {
  if (load_acq(&gp->status) == G_WAITING) ++*(int *)n;
}

static int waiting(void) {
  int n = 0;
  sched_each(count_waiting, &n);
  return n;
}

// pass lets the clocks show that ns have gone by.
static void pass(int64_t ns) {
  store_rlx(&sched.ahead_ns, load_rlx(&sched.ahead_ns) + ns);
  sched_tell_time();
}

#endif
