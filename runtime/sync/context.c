// SPDX-License-Identifier: Apache-2.0
// context.c: the tree of contexts: who is derived from whom, and what is canceled with it.
//
// A context that can be canceled is in the list of children of the nearest one above it that can, its
// canceler. Those between, with a value only, are in no list: they use the canceler's channel and error.
// The waiting function of cr_context_after_func is a child too, without children.
//
// To cancel is to go down the tree with a list of what is left to do, linked through the siblings' own
// links: no recursion, whatever the depth, and one lock at a time.
//
// Invariants
//  1. A context has a reference to its parent, so all above it live as long as it does.
//  2. refs counts those who may use it. It is in its canceler's list until it is canceled or refs is 0; who
//     finds it there takes a reference under the canceler's lock, or if refs is 0, leaves it alone.
//  3. holds counts who keeps its memory: all of refs together, and the timer of its deadline.
//  4. err is set once, under lock, after cause, and before the channel is closed.
//
// Lock rank: ctx->lock above the channels' and the timers'; never two.
//   R1: the release of done in cancel   A1: the acquire of whoever finds err set, or done closed
//   R2: the release of timer            A2: the acquire of the goroutine that the deadline starts
//   R3: the merge into refs             A3: the acquire before drop
#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "crun/crun.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/go.h"
#include "sched/sched.h"
#include "sync/context.h"
#include "time/ticker.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static struct cr_context background = {.kind = CONTEXT_BACKGROUND};

cr_context *cr_context_background(void) { return &background; }

// ---- references -----------------------------------------------------------------------------------

static void unhold(struct cr_context *ctx) {
  if (add_acq_rel(&ctx->holds, -1u) != 1) return;
  race_sync_forget(ctx, sizeof *ctx);
  race_fresh(ctx, sizeof *ctx);
  *(volatile hidden_context *)&ctx->self = 0;
  race_hide_begin();
  free(ctx);
  race_hide_end();
}

// try_keep takes a reference to what may be at its end; false: it is.
static bool try_keep(struct cr_context *ctx) {
  uint32_t n = load_rlx(&ctx->refs);
  while (n > 0)
    if (cas_rlx(&ctx->refs, &n, n + 1)) return true;
  return false;
}

// disarm stops the timer, if there may be one.
static void disarm(struct cr_context *ctx) {
  if (load_rlx(&ctx->holds) > 1 && timer_stop(&ctx->timer)) unhold(ctx);
}

// unlink_child takes ctx out of its canceler's list, if it is there still.
static void unlink_child(struct cr_context *ctx) {
  struct cr_context *above = canceler_of(parent_of(ctx));
  if (!above) return;
  lock(&above->lock);
  if (ctx->linked) {
    struct cr_context *prev = show_context(ctx->prev), *next = show_context(ctx->next);
    if (prev) prev->next = ctx->next;
    else above->children = ctx->next;
    if (next) next->prev = ctx->prev;
    ctx->linked = false;
  }
  unlock(&above->lock);
}

static void drop_value(struct cr_context *ctx, uintptr_t pc) {
  if (!ctx->fn) return;
  race_acquire(&ctx->refs);  // A3
  rt_exit();
  race_enter(pc);
  ctx->fn(ctx->value);
  race_leave();
  rt_enter();
}

// release gives a reference back, and if it was the last, those that ctx has.
static void release(struct cr_context *ctx, uintptr_t pc) {
  while (ctx->kind != CONTEXT_BACKGROUND) {
    race_release_merge(&ctx->refs);  // R3
    if (add_acq_rel(&ctx->refs, -1u) != 1) return;
    struct cr_context *parent = parent_of(ctx);
    if (ctx->kind == CONTEXT_CANCEL || ctx->kind == CONTEXT_WATCH) unlink_child(ctx);
    disarm(ctx);
    if (ctx->kind == CONTEXT_VALUE) drop_value(ctx, pc);
    unhold(ctx);
    ctx = parent;
  }
}

cr_context *cr_context_keep(cr_context *ctx) {
  if (ctx->kind != CONTEXT_BACKGROUND) add_rlx(&ctx->refs, 1);
  return ctx;
}

void cr_context_free(cr_context *ctx) {
  if (!ctx) return;
  rt_enter();
  release(ctx, PC());
  rt_exit();
}

static struct cr_context *derive(cr_context *parent, enum context_kind kind, callsite at, uintptr_t pc) {
  callsite_note(at);
  race_hide_begin();
  struct cr_context *ctx = malloc(sizeof *ctx);
  race_hide_end();
  if (!ctx) throw("out of memory for a context");
  *ctx = (struct cr_context){.done = {.elem_size = sizeof(char), .of_context = true, .made = {at, getg()->goid}},
                             .parent = hide_context(cr_context_keep(parent)), .kind = kind, .refs = 1, .holds = 1, .pc = pc};
  ctx->self = hide_context(ctx);
  struct cr_context *canceler = kind == CONTEXT_CANCEL ? ctx : kind == CONTEXT_WITHOUT_CANCEL ? NULL : canceler_of(parent);
  ctx->canceler = hide_context(canceler);
  return ctx;
}

// ---- canceling ------------------------------------------------------------------------------------

static void run_watch(void *arg) {
  struct cr_context *w = arg;
  void (*fn)(void *) = w->fn;
  void *value = w->value;
  uintptr_t pc = w->pc;
  rt_enter();
  race_acquire(&canceler_of(parent_of(w))->done);  // A1
  release(w, pc);
  rt_exit();
  race_enter(pc);
  fn(value);
  race_leave();
}

// start_watch starts w's function, whose goroutine has our reference to w. False: it is not to run.
static bool start_watch(struct cr_context *w) {
  uint32_t watching = WATCHING;
  if (!cas_acq_rel(&w->watch, &watching, STARTED)) return false;
  go_func(run_watch, w, &w->watch, w->creator, w->pc);
  return true;
}

// take_children moves ctx's children that live to the front of list, with a reference to each.
static struct cr_context *take_children(struct cr_context *ctx, struct cr_context *list) {
  for (struct cr_context *child; (child = show_context(ctx->children));) {
    ctx->children = child->next;
    child->linked = false;
    if (!try_keep(child)) continue;
    child->todo = list;
    list = child;
  }
  return list;
}

// end cancels ctx alone, and puts its children in front of list.
static struct cr_context *end(struct cr_context *ctx, int err, int cause, struct cr_context *list, uintptr_t pc) {
  lock(&ctx->lock);
  if (load_rlx(&ctx->err)) {
    unlock(&ctx->lock);
    return list;
  }
  ctx->cause = cause;
  race_release(&ctx->done);  // R1
  store_rel(&ctx->err, err);
  list = take_children(ctx, list);
  unlock(&ctx->lock);
  chan_close(&ctx->done, callsite_bare(pc), pc);
  disarm(ctx);
  return list;
}

static void cancel(struct cr_context *ctx, int err, int cause, uintptr_t pc) {
  struct cr_context *list = end(ctx, err, cause, NULL, pc);
  while (list) {
    struct cr_context *child = list;
    list = child->todo;
    child->todo = NULL;
    if (child->kind == CONTEXT_WATCH) {
      if (start_watch(child)) continue;
    } else {
      list = end(child, err, cause, list, pc);
    }
    release(child, pc);
  }
}

// attach puts ctx under its parent's canceler; if that is done, so is ctx.
static void attach(struct cr_context *ctx, uintptr_t pc) {
  struct cr_context *above = canceler_of(parent_of(ctx));
  if (!above) return;
  lock(&above->lock);
  int err = load_rlx(&above->err), cause = above->cause;
  if (!err) {
    ctx->next = above->children;
    if (ctx->next) show_context(ctx->next)->prev = hide_context(ctx);
    above->children = hide_context(ctx);
    ctx->linked = true;
  }
  unlock(&above->lock);
  if (!err) return;
  if (ctx->kind == CONTEXT_CANCEL) {
    race_acquire(&above->done);  // A1
    cancel(ctx, err, cause, pc);
  } else {
    cr_context_keep(ctx);
    start_watch(ctx);
  }
}

// ---- deadlines ------------------------------------------------------------------------------------

static void expire(void *arg) {
  struct cr_context *ctx = arg;
  rt_enter();
  cancel(ctx, ETIMEDOUT, ctx->deadline_cause, ctx->pc);
  release(ctx, ctx->pc);
  rt_exit();
}

// ring is called on a scheduler's stack, where no goroutine is that could cancel.
static void ring(void *arg) {
  struct cr_context *ctx = arg;
  race_g *was = race_self();
  race_switch(NULL);
  if (try_keep(ctx)) go_func(expire, ctx, &ctx->timer, ctx->creator, ctx->pc);  // A2
  unhold(ctx);
  race_switch(was);
}

// heard_alone tells whether anybody would hear that ctx is canceled, heard whether that ctx or what derives from it
// is, while no goroutine runs.
static bool heard_alone(const struct cr_context *ctx) {
  return ctx->kind == CONTEXT_WATCH ? load_rlx(&ctx->watch) == WATCHING : !waitq_empty(&ctx->done.recvq);
}

static bool heard(void *arg) {
  const struct cr_context *top = arg, *ctx = top;
  while (!heard_alone(ctx)) {
    if (ctx->children) {
      ctx = show_context(ctx->children);
      continue;
    }
    while (ctx != top && !ctx->next) ctx = canceler_of(parent_of(ctx));
    if (ctx == top) return false;
    ctx = show_context(ctx->next);
  }
  return true;
}

static void arm(struct cr_context *ctx) {
  ctx->creator = getg()->goid;
  race_armed();
  race_release(&ctx->timer);  // R2
  lockorder_publish(&ctx->timer);
  lock(&ctx->lock);           // against one who cancels it with its parent
  if (!load_rlx(&ctx->err)) {
    add_rlx(&ctx->holds, 1);
    ctx->timer.heard = heard;
    timer_start(&ctx->timer, ctx->deadline_ns, ring, ctx);
  }
  unlock(&ctx->lock);
}

static int64_t deadline_of(const struct cr_context *ctx) {
  return ctx->canceler ? canceler_of(ctx)->deadline_ns : NO_DEADLINE;
}

static struct cr_context *with_deadline(cr_context *parent, int64_t when_ns, int cause, callsite at, uintptr_t pc) {
  int64_t above = deadline_of(parent), now = nanotime();
  struct cr_context *ctx = derive(parent, CONTEXT_CANCEL, at, pc);
  bool own = (above == NO_DEADLINE || when_ns < above) && when_ns < INT64_MAX - 1;
  ctx->deadline_ns = !own ? above : when_ns > 0 ? when_ns : 1;
  ctx->deadline_cause = cause;
  rt_enter();
  attach(ctx, pc);
  if (own && when_ns <= now) cancel(ctx, ETIMEDOUT, cause, pc);
  else if (own) arm(ctx);
  rt_exit();
  return ctx;
}

cr_context *cr_context_with_deadline(cr_context *parent, int64_t when_ns) {
  return with_deadline(parent, when_ns, ETIMEDOUT, callsite_here(getg()), PC());
}

cr_context *cr_context_with_deadline_cause(cr_context *parent, int64_t when_ns, int cause) {
  return with_deadline(parent, when_ns, cause, callsite_here(getg()), PC());
}

cr_context *cr_context_with_timeout(cr_context *parent, int64_t ns) {
  return with_deadline(parent, after_ns(ns), ETIMEDOUT, callsite_here(getg()), PC());
}

// ---- the other public calls -----------------------------------------------------------------------

cr_context *cr_context_with_cancel(cr_context *parent) {
  struct cr_context *ctx = derive(parent, CONTEXT_CANCEL, callsite_here(getg()), PC());
  ctx->deadline_ns = deadline_of(parent);
  rt_enter();
  attach(ctx, PC());
  rt_exit();
  return ctx;
}

cr_context *cr_context_with_value(cr_context *parent, const void *key, void *value, void (*drop)(void *value)) {
  struct cr_context *ctx = derive(parent, CONTEXT_VALUE, callsite_here(getg()), PC());
  ctx->key = key;
  ctx->value = value;
  ctx->fn = drop;
  return ctx;
}

cr_context *cr_context_without_cancel(cr_context *parent) {
  return derive(parent, CONTEXT_WITHOUT_CANCEL, callsite_here(getg()), PC());
}

void cr_context_cancel_cause(cr_context *ctx, int cause) {
  if (ctx->kind != CONTEXT_CANCEL) return;
  rt_enter();
  cancel(ctx, ECANCELED, cause ? cause : ECANCELED, PC());
  rt_exit();
}

void cr_context_cancel(cr_context *ctx) { cr_context_cancel_cause(ctx, ECANCELED); }

cr_chan(char) cr_context_done(cr_context *ctx) {
  return ctx->canceler ? (cr_chan(char))(uintptr_t)&canceler_of(ctx)->done : NULL;
}

int cr_context_err(cr_context *ctx) {
  int err = ctx->canceler ? load_acq(&canceler_of(ctx)->err) : 0;
  if (err) {
    race_acquire(&canceler_of(ctx)->done);  // A1
    lockorder_learn(&canceler_of(ctx)->done);
  }
  return err;
}

int cr_context_cause(cr_context *ctx) { return cr_context_err(ctx) ? canceler_of(ctx)->cause : 0; }

bool cr_context_deadline(cr_context *ctx, int64_t *when_ns) {
  int64_t at = deadline_of(ctx);
  if (at != NO_DEADLINE) *when_ns = at;
  return at != NO_DEADLINE;
}

void *cr_context_value(cr_context *ctx, const void *key) {
  for (; ctx; ctx = parent_of(ctx))
    if (ctx->kind == CONTEXT_VALUE && ctx->key == key) return ctx->value;
  return NULL;
}

// A cr_context_watch is a cr_context of its own kind; the types differ for the compiler's sake.
cr_context_watch *cr_context_after_func(cr_context *ctx, void (*fn)(void *arg), void *arg) {
  struct cr_context *w = derive(ctx, CONTEXT_WATCH, callsite_here(getg()), PC());
  w->fn = fn;
  w->value = arg;
  w->creator = getg()->goid;
  race_release(&w->watch);
  lockorder_publish(&w->watch);
  rt_enter();
  attach(w, PC());
  rt_exit();
  return (cr_context_watch *)w;
}

bool cr_context_stop(cr_context_watch *watch) {
  struct cr_context *w = (struct cr_context *)watch;
  uint32_t watching = WATCHING;
  bool stopped = cas_acq_rel(&w->watch, &watching, STOPPED);
  rt_enter();
  release(w, PC());
  rt_exit();
  return stopped;
}
