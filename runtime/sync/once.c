// SPDX-License-Identifier: Apache-2.0
// once.c: run a function once: a flag, and a mutex that the others wait on while it runs.
//
// A CAS alone would let the losers return before fn has. What ends the call is deferred, so that a panic or
// a cr_goexit in fn ends it too.
//   R1: done is stored after fn has returned   A1: done is loaded non-zero
#include <string.h>

#include "base/atomic.h"
#include "base/check.h"
#include "crun/debug.h"
#include "crun/defer.h"
#include "crun/sync.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "sync/sema.h"

struct call {
  void (*plain)(void);
  void (*with)(void *arg);
  void *arg;
};

static void run(const struct call *call, uintptr_t pc) {
  race_enter(pc);
  if (call->plain) call->plain();
  else call->with(call->arg);
  race_leave();
}

// finish ends the call of fn, whether it returned or not.
static void finish(void *arg) {
  cr_once *o = arg;
  race_release(o);
  lockorder_publish(o);
  store_rel(&o->done, 1);  // R1
  rt_enter();
  mutex_unlock(&o->m, load_rlx(&o->m.locked), callsite_pc(load_rlx(&o->m.locked)));
  rt_exit();
}

static __attribute__((noinline)) void do_slow(cr_once *o, const struct call *call, callsite at, uintptr_t pc) {
  rt_enter();
  mutex_lock(&o->m, WAIT_ONCE, at);
  rt_exit();
  if (!load_rlx(&o->done)) {
    struct cr_defer_record r = {.fn = finish, .arg = o};
    cr_defer_push_(&r);
    run(call, pc);
    cr_defer_pop_(&r);
    finish(o);
    return;
  }
  rt_enter();
  mutex_unlock(&o->m, at, pc);
  rt_exit();
}

// once_do is inlined into the public functions, whose frame it takes.
static inline __attribute__((always_inline)) void once_do(cr_once *o, const struct call *call, uintptr_t pc) {
  if (!load_acq(&o->done)) do_slow(o, call, callsite_here(getg()), pc);  // A1
  race_acquire(o);
  lockorder_learn(o);
}

void cr_once_do(cr_once *o, void (*fn)(void)) {
  once_do(o, &(struct call){.plain = fn}, (uintptr_t)__builtin_return_address(0));
}

void cr_once_do_arg(cr_once *o, void (*fn)(void *arg), void *arg) {
  once_do(o, &(struct call){.with = fn, .arg = arg}, (uintptr_t)__builtin_return_address(0));
}

// ---- a value, computed once -----------------------------------------------------------------------

struct computation {
  cr_once_value *o;
  void (*plain)(void);
  void *(*fn)(void *arg);
  void *arg;
  uintptr_t pc;
};

// compute keeps a panic's text, to raise it for every caller.
static void compute(void *arg) {
  struct computation *c = arg;
  cr_try {
    race_enter(c->pc);
    if (c->plain) c->plain();
    else c->o->value = c->fn(c->arg);
    race_leave();
    c->o->ended = true;
  }
  cr_recover(text) {
    race_hide_begin();
    c->o->panicked = strdup(text);
    race_hide_end();
    c->o->ended = true;
  }
}

static inline __attribute__((always_inline)) void *once_value(struct computation c) {
  cr_once_value *o = c.o;
  once_do(&o->once, &(struct call){.with = compute, .arg = &c}, c.pc);
  if (o->panicked) cr_panic("%s", o->panicked);
  if (!o->ended) cr_panic("sync: the function of a once_value ended its goroutine");
  return o->value;
}

#define PC() ((uintptr_t)__builtin_return_address(0))

void *cr_once_value_get(cr_once_value *o, void *(*fn)(void *arg), void *arg) {
  return once_value((struct computation){.o = o, .fn = fn, .arg = arg, .pc = PC()});
}

void cr_once_func_call(cr_once_value *o, void (*fn)(void)) {
  once_value((struct computation){.o = o, .plain = fn, .pc = PC()});
}
