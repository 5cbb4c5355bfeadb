// SPDX-License-Identifier: Apache-2.0
// api.c: the public functions that are a line or two over the scheduler: sleep, yield, numbers, names.
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/os.h"
#include "crun/debug.h"
#include "crun/errno.h"
#include "crun/go.h"
#include "crun/time.h"
#include "sched/panic.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

#define PUBLIC __attribute__((visibility("default")))

struct nap {
  struct timer timer;
  int64_t when_ns;
};

static void nap_over(void *gp) { ready(gp); }

static bool nap_begin(struct g *gp, void *arg) {
  struct nap *n = arg;
  timer_start(&n->timer, n->when_ns, nap_over, gp);
  return true;
}

PUBLIC void cr_sleep(int64_t ns) {
  if (ns <= 0) return;
  getg();
  rt_enter();
  int64_t now = nanotime();
  struct nap n = {.when_ns = ns < INT64_MAX - now ? now + ns : INT64_MAX - 1};
  park(nap_begin, &n, WAIT_SLEEP);
  rt_exit();
}

PUBLIC int64_t cr_nanotime(void) { return nanotime(); }

PUBLIC void cr_yield(void) {
  getg();
  rt_enter();
  gosched();
  rt_exit();
}

// Not inline: whoever asks asks the thread that it runs on now.
__attribute__((noinline)) PUBLIC int *cr_errno_location(void) { return (__errno_location)(); }

PUBLIC void cr_lock_thread(void) {
  struct g *gp = getg();
  rt_enter();
  struct m *mp = getm();
  CHECK(++gp->nlocks != 0);
  if (!gp->is_thread) {
    sysmon_start();  // it starts the threads that this one must not
    mp->locked_g = gp;
    store_rlx(&gp->locked_m, mp);
  }
  rt_exit();
}

PUBLIC void cr_unlock_thread(void) {
  struct g *gp = getg();
  if (gp->nlocks == 0 || --gp->nlocks > 0 || gp->is_thread) return;
  rt_enter();
  getm()->locked_g = NULL;
  store_rlx(&gp->locked_m, NULL);
  rt_exit();
}

PUBLIC void cr_goexit(void) {
  getg();
  defers_run((uintptr_t)__builtin_return_address(0));
  rt_enter();
  goexit();
}

PUBLIC uint64_t cr_goid(void) { return getg()->goid; }

PUBLIC void cr_set_name(const char *name) {
  struct g *gp = getg();
  rt_enter();
  strncpy(gp->name, name, sizeof gp->name - 1);
  gp->name[sizeof gp->name - 1] = 0;
  race_g_set_name(gp->race, gp->name);
  rt_exit();
}

PUBLIC uint64_t cr_num_goroutines(void) { return sched_goroutines(); }
