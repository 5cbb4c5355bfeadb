// SPDX-License-Identifier: Apache-2.0
// group.c: goroutines of a waitgroup or an errgroup.
//
// What ends a goroutine's part is deferred, so that cr_goexit ends it too. The limit of an errgroup is a
// channel of that capacity, with its edges: who comes waits for one that left, and not for all.
#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "crun/crun.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/go.h"
#include "sched/sched.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

// What one goroutine is to do.
struct task {
  union {
    void (*plain)(void *arg);
    int (*with_error)(void *arg);
  } fn;
  void *arg;
  cr_waitgroup *wg;
  cr_errgroup *group;
  uintptr_t pc;
};

static void start(void (*body)(void *), struct task task) {
  race_hide_begin();
  struct task *t = malloc(sizeof *t);
  race_hide_end();
  if (!t) throw("out of memory for a goroutine's task");
  *t = task;
  struct g *gp = getg();
  rt_enter();
  go_func(body, t, t, gp->goid, task.pc);
  rt_exit();
}

static struct task take(void *arg) {
  struct task task = *(struct task *)arg;
  race_hide_begin();
  free(arg);
  race_hide_end();
  return task;
}

// ---- waitgroup ------------------------------------------------------------------------------------

CR_ANY_FUNCTION_ static void run_plain(void *arg) {
  struct task t = take(arg);
  cr_defer(cr_waitgroup_done, t.wg);
  race_enter(t.pc);
  t.fn.plain(t.arg);
  race_leave();
}

void cr_waitgroup_go_raw(cr_waitgroup *wg, void (*fn)(void *arg), void *arg) {
  cr_waitgroup_add(wg, 1);
  start(run_plain, (struct task){.fn.plain = fn, .arg = arg, .wg = wg, .pc = PC()});
}

// ---- errgroup -------------------------------------------------------------------------------------

static void leave(cr_errgroup *group) {
  if (group->limited) cr_chan_recv(group->slots, NULL);
  cr_waitgroup_done(&group->wg);
}

static void fail(cr_errgroup *group, int err) {
  int none = 0;
  if (cas_rlx(&group->err, &none, err) && group->ctx) cr_context_cancel_cause(group->ctx, err);
}

CR_ANY_FUNCTION_ static void run_with_error(void *arg) {
  struct task t = take(arg);
  cr_defer(leave, t.group);
  race_enter(t.pc);
  int err = t.fn.with_error(t.arg);
  race_leave();
  if (err) fail(t.group, err);
}

static void start_in(cr_errgroup *group, int (*fn)(void *arg), void *arg, uintptr_t pc) {
  cr_waitgroup_add(&group->wg, 1);
  start(run_with_error, (struct task){.fn.with_error = fn, .arg = arg, .group = group, .pc = pc});
}

cr_context *cr_errgroup_context(cr_errgroup *group, cr_context *parent) {
  group->ctx = cr_context_with_cancel(parent);
  return group->ctx;
}

void cr_errgroup_limit(cr_errgroup *group, int n) {
  size_t active = cr_chan_len(group->slots);
  if (active)
    cr_panic("errgroup: modify limit while %zu goroutines in the group are still active", active);
  cr_chan_free(group->slots);
  group->limited = n >= 0;
  group->slots = n > 0 ? cr_chan_make(char, n) : NULL;  // with 0 all wait for ever
}

void cr_errgroup_go_raw(cr_errgroup *group, int (*fn)(void *arg), void *arg) {
  if (group->limited) cr_chan_send(group->slots, 0);
  start_in(group, fn, arg, PC());
}

bool cr_errgroup_try_go_raw(cr_errgroup *group, int (*fn)(void *arg), void *arg) {
  if (group->limited && !cr_chan_try_send(group->slots, 0)) return false;
  start_in(group, fn, arg, PC());
  return true;
}

int cr_errgroup_wait(cr_errgroup *group) {
  cr_waitgroup_wait(&group->wg);
  int err = load_rlx(&group->err);
  if (group->ctx) {
    cr_context_cancel_cause(group->ctx, err);
    cr_context_free(group->ctx);
  }
  cr_chan_free(group->slots);
  group->ctx = NULL;
  group->slots = NULL;
  group->limited = false;
  store_rlx(&group->err, 0);
  return err;
}
