// SPDX-License-Identifier: Apache-2.0
// leak_search.c: a search for leaks from end to end: stop, prepare, mark, list what is left, go on.
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "chan/hchan.h"
#include "chan/waitq.h"
#include "diag/deadlock/waitfor.h"
#include "diag/leak/leak_state.h"
#include "diag/leak/world.h"
#include "race/blocks.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

extern void *__libc_stack_end;  // glibc's: where the first thread's stack begins

// ---- preparing -----------------------------------------------------------------------------------------

static void add_parked(struct g *gp, void *arg) {
  if (!leak_is_stuck(gp) || gp == leak.s->leaving) return;
  if (leak.nparked < leak.parked_cap) leak.parked[leak.nparked++] = (struct parked){(uintptr_t)gp->sp, leak_stack_end(gp), gp, BLOCKED};
}

static void count_goroutine(struct g *gp, void *arg) {
  leak.parked_cap++;
  leak.watch_cap += leak_nsudogs(gp) + 1;
}

// container is where the block or stack begins that addr lies in; 0: memory that is always there.
static uintptr_t container(uintptr_t addr) {
  const struct parked *p = leak_parked_at(addr);
  return p ? p->lo : index_find(addr);
}

static void add_watch(uintptr_t key, size_t parked, bool is_sudogs) {
  if (leak.nwatch == leak.watch_cap) return;
  leak.watch[leak.nwatch++] = (struct watch){key, parked, is_sudogs};
  if (!leak_parked_at(key)) index_watch(key);
}

// watch_objects has the goroutine made live when something that it waits for is. True: something is live already.
static bool watch_objects(size_t i) {
  const struct g *gp = leak.parked[i].gp;
  uintptr_t place = container((uintptr_t)gp->waiting);
  if (gp->waiting && place && place != leak.parked[i].lo) add_watch(place, i, true);
  bool live = false;
  for (uint32_t n = 0; n < leak_nsudogs(gp); n++) {
    uintptr_t key = container((uintptr_t)gp->waiting[n].q);
    if (key) add_watch(key, i, false);
    else live = true;
  }
  return live;
}

// index_heap indexes the heap's blocks but for what is the runtime's own.
static bool index_heap(void) {
  struct spans without = {0};
  if (!mappings_read(&leak.mapping, &leak.nmappings)) return false;
  leak_leave_out();
  for (size_t i = 0; i < leak.without.n; i++) spans_add(&without, leak.without.at[i].lo, leak.without.at[i].hi);
  spans_sort(&without);
  return index_build(leak.mapping, leak.nmappings, &without);
}

static bool list_parked(void) {
  sched_each_locked(count_goroutine, NULL);
  leak.parked = scratch(leak.parked_cap * sizeof *leak.parked);
  leak.watch = scratch(leak.watch_cap * sizeof *leak.watch);
  leak.work_cap = (leak.s->blind ? 0 : 2 * index_blocks()) + leak.parked_cap;  // contexts may be there twice
  leak.work = scratch(leak.work_cap * sizeof *leak.work);
  if (scratch_failed()) return false;
  sched_each_locked(add_parked, NULL);
  sort_words(leak.parked, leak.nparked, sizeof *leak.parked);
  if (leak.nparked) leak.stacks = (struct span){leak.parked[0].lo, leak.parked[leak.nparked - 1].hi};
  return true;
}

// What the runtime has for itself on the heap is marked without being read.
static void leave_out_blocks(void) {
  for (size_t i = 0; i < leak.structs.n; i++) {
    const struct span *s = &leak.structs.at[i];
    struct hit h = index_hit(s->lo);
    if (h.start == s->lo) index_mark(&h);
    else spans_add(&leak.without, s->lo, s->hi);
  }
  struct hit timers = index_hit((uintptr_t)timers_memory());
  if (timers.start) index_mark(&timers);
}

static void set_bounds(void) {
  struct span b = index_bounds(), s = leak.stacks;
  leak.bounds = b.hi == 0 || (s.hi && s.lo < b.lo) ? s : b;
  if (b.hi > leak.bounds.hi) leak.bounds.hi = b.hi;
  if (s.hi > leak.bounds.hi) leak.bounds.hi = s.hi;
}

static void mark_from_roots(void) {
  set_bounds();
  leave_out_blocks();
  if (leak.main_tcb) spans_add(&leak.without, leak.main_tcb, leak.main_tcb + TCB);
  leak_leave_out_brk(&leak.without);
  spans_sort(&leak.without);
  for (size_t i = 0; i < leak.nparked; i++)
    if (watch_objects(i)) leak.parked[i].state = LIVE + 1;  // found once the watches are in order
  sort_words(leak.watch, leak.nwatch, sizeof *leak.watch);
  for (size_t i = 0; i < leak.nparked; i++) {
    if (leak.parked[i].state != LIVE + 1) continue;
    leak.parked[i].state = BLOCKED;
    leak_make_live(&leak.parked[i]);
  }
  leak_mark_roots();
}

// ---- the result ----------------------------------------------------------------------------------------

// waits_for_lock: nobody can be meant to wait so for ever, unless who ends the process has the lock.
static bool waits_for_lock(struct g *gp) {
  const struct g *owner = waitfor_owner(gp);
  return owner && owner != leak.s->leaving;
}

static bool is_found(const struct parked *p, bool quiet) {
  if (leak.s->tag && (load_rlx(&p->gp->leak_tag) != leak.s->tag || p->gp == leak.s->self)) return false;
  if (leak.s->settled && !leak.nlive_tagged) return true;
  if (leak.s->blind || (leak.s->leaving && p->gp->told_stuck)) return false;
  if (p->state != LIVE) return true;
  return quiet && (leak.s->strict || waits_for_lock(p->gp));
}

static uintptr_t object_of(struct g *gp) {
  uintptr_t q = (uintptr_t)gp->waiting->q, lock = load_acq(&gp->blocked_on) & ~(uintptr_t)BLOCKED_BITS;
  if (lock) return lock;
  switch (gp->wait_reason) {
    case WAIT_WAITGROUP: return q - offsetof(cr_waitgroup, sema.waiters);
    case WAIT_COND: return q - offsetof(cr_cond, waiters);
    case WAIT_SEMA: return q - offsetof(cr_sema, waiters);
    default: return (uintptr_t)gp->waiting->c;
  }
}

static void describe(struct leaked *l, const struct parked *p) {
  struct g *gp = p->gp;
  *l = (struct leaked){.gp = gp, .goid = gp->goid, .why = gp->wait_reason, .tag = load_rlx(&gp->leak_tag), .waiting = gp->waiting,
                       .waited_ns = sched_waited_ns(gp), .nobjects = leak_nsudogs(gp), .depth = p->hi - p->lo,
                       .reachable = p->state == LIVE};
  if (!gp->waiting) return;
  l->object = object_of(gp);
  const struct cr_chan *c = gp->waiting->c;
  if (!c) return;
  l->is_chan = true;
  l->of_context = c->of_context;
  l->cap = c->cap;
  l->elem_size = c->elem_size;
  l->type = c->type;
  l->made = c->made;
}

static void collect(void) {
  bool quiet = leak.s->leaving && !leak.nlive && !leak.others;
  size_t n = 0;
  for (size_t i = 0; i < leak.nparked; i++) n += is_found(&leak.parked[i], quiet);
  leak.s->found = scratch(n * sizeof *leak.s->found);
  if (!leak.s->found) return;
  for (size_t i = 0; i < leak.nparked; i++)
    if (is_found(&leak.parked[i], quiet)) describe(&leak.s->found[leak.s->nfound++], &leak.parked[i]);
}

// What leads to a context from a leaked goroutine is that one's, and told with it.
static void collect_contexts(void) {
  for (size_t i = 0; i < leak.nparked; i++) leak_make_live(&leak.parked[i]);
  leak_mark_all();
  leak_context_collect();
}

// ---- the whole -----------------------------------------------------------------------------------------

static bool look(void) {
  leak.main_hi = (uintptr_t)__libc_stack_end;
  if (!leak.s->blind && !index_heap()) return false;
  if (!list_parked()) return false;
  if (leak.s->blind) {
    sched_each_locked(leak_mark_goroutine, NULL);
  } else {
    mark_from_roots();
    leak_mark_all();
  }
  if (scratch_failed()) return false;
  collect();
  if (!leak.s->blind && !leak.s->tag) collect_contexts();
  leak.s->blocks = leak.s->blind ? 0 : index_blocks();
  return !scratch_failed();
}

static uintptr_t first_tcb;

// The first thread runs the constructors of a program that is linked with this file.
__attribute__((constructor(101))) static void know_first_thread(void) {
  if (os_tid() == getpid()) first_tcb = (uintptr_t)__builtin_thread_pointer();
}

static int64_t cpu_time(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

bool leak_search_run(struct leak_search *s) {
  memset(&leak, 0, sizeof leak);
  leak.s = s;
  leak.main_tcb = first_tcb;
  leak.own_stack.hi = (uintptr_t)__builtin_frame_address(0) + LEAK_PAGE / 4;
  leak.own_stack.lo = leak.own_stack.hi - THREAD_STACK / 2;
  s->found = NULL;
  s->lost = NULL;
  s->nlost = 0;
  leak_context_begin();
  s->nfound = s->goroutines = s->blocks = s->bytes = 0;
  if (!scratch_begin()) return false;
  int64_t begin = nanotime(), cpu = cpu_time();
  bool done = world_stop();
  if (done) {
    done = look();
    mappings_end();
    world_start();
  }
  s->stopped_ns = nanotime() - begin;
  s->cpu_ns = cpu_time() - cpu;
  if (!done) s->nfound = s->nlost = 0;
  return done;
}

void leak_search_end(void) { scratch_end(); }
