// SPDX-License-Identifier: Apache-2.0
// checkdead.c: is anybody left who could make a goroutine ready?
#include "diag/dump/dump.h"
#include "io/netpoll.h"
#include "sched/crowd.h"
#include "sched/m.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

// no_other_threads tells whether all threads there are are ours, or parked by us.
static bool no_other_threads(void) {
  return os_threads() == (int)sched.nm + sysmon_threads() + load_seq(&sched.nparked_threads);
}

// check_dead_locked is asked when one more M is about to sleep: is nobody left who could wake anybody? That could be a
// descriptor that becomes ready, a thread that is not ours, and a timer, unless what it does is heard by nobody.
//
// What sysmon takes off the timers or the poller is in no queue before it has sched.lock, or has woken a thread: so
// its mark is looked at when all else says that nobody is left, and the threads once more after that.
bool check_dead_locked(void) {
  if (sched.nidle_m + (int32_t)netpoll_sleepers() < sched.nm || load_rlx(&sched.global_len) || load_seq(&crowd.nheld)) return false;
  if (timers_wake() || !no_other_threads() || netpoll_waiters() > signals_unheard() || timers_heard()) return false;
  return !load_seq(&sched.handing) && no_other_threads();
}

bool sched_has_foreign_threads(void) { return os_threads() > (int)sched.nm + sysmon_threads(); }

void sched_check_dead(void) {
  lock(&sched.lock);
  bool dead = check_dead_locked();
  unlock(&sched.lock);
  if (dead) deadlock();
}
