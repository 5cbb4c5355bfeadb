// SPDX-License-Identifier: Apache-2.0
// future.c: results of goroutines: a value, and a channel that is closed once it is there.
//
// The goroutine and the owner have a reference each.   R1: the close of done   A1: the receive that it ends
#include "crun/future.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "chan/hchan.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/go.h"
#include "sched/sched.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

struct cr_future {
  struct cr_chan done;
  void *(*fn)(void *arg);  // read-only after init
  void *arg;               // read-only after init
  void *value;             // written by the goroutine, before done is closed
  uintptr_t pc;            // read-only after init
  _Atomic uint32_t refs;
};

static void unref(struct cr_future *f) {
  if (add_acq_rel(&f->refs, -1u) != 1) return;
  race_sync_forget(f, sizeof *f);
  race_fresh(f, sizeof *f);
  race_hide_begin();
  free(f);
  race_hide_end();
}

CR_ANY_FUNCTION_ static void run(void *arg) {
  struct cr_future *f = arg;
  cr_defer(unref, f);
  race_enter(f->pc);
  f->value = f->fn(f->arg);
  race_leave();
  rt_enter();
  chan_close(&f->done, callsite_bare(f->pc), f->pc);  // R1
  rt_exit();
}

cr_future *cr_async_raw(void *(*fn)(void *arg), void *arg) {
  race_hide_begin();
  struct cr_future *f = malloc(sizeof *f);
  race_hide_end();
  if (!f) throw("out of memory for a future");
  *f = (struct cr_future){.done.elem_size = sizeof(char), .fn = fn, .arg = arg, .pc = PC(), .refs = 2};
  struct g *gp = getg();
  rt_enter();
  go_func(run, f, f, gp->goid, f->pc);
  rt_exit();
  return f;
}

cr_chan(char) cr_future_done(cr_future *f) { return (cr_chan(char))(uintptr_t)&f->done; }

// An await that is not ordered with the free is a race on the future: on this word.
static const void *used(const cr_future *f) { return &f->pc; }

void *cr_await(cr_future *f) {
  race_read(used(f), sizeof f->pc, PC());
  cr_chan_recv(cr_future_done(f), NULL);  // A1
  return f->value;
}

void cr_future_free(cr_future *f) {
  if (!f) return;
  rt_enter();
  race_write(used(f), sizeof f->pc, PC());
  unref(f);
  rt_exit();
}

void cr_await_all(size_t n, cr_future *const *futures, void **results) {
  for (size_t i = 0; i < n; i++) {
    void *value = cr_await(futures[i]);
    if (results) results[i] = value;
    cr_future_free(futures[i]);
  }
}
