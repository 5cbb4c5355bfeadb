// SPDX-License-Identifier: Apache-2.0
// leak_roots.c: where the search for leaks begins, and what it leaves out (leak_mark.c says why).
#include <unistd.h>

#include "base/sys.h"
#include "chan/hchan.h"
#include "diag/leak/leak_state.h"
#include "diag/leak/world.h"
#include "race/blocks.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/stack.h"
#include "time/timer.h"

enum { PAGE = LEAK_PAGE, RED_ZONE = 128, G0_ABOVE = 256 };

// The variables of our own libraries (crun_own_data in the top CMakeLists.txt); the linker makes the names.
extern char __start_crun_bss[] __attribute__((weak)), __stop_crun_bss[] __attribute__((weak));
extern char __start_crun_data[] __attribute__((weak)), __stop_crun_data[] __attribute__((weak));

// ---- what is no root -----------------------------------------------------------------------------------

static void leave_out(uintptr_t lo, uintptr_t hi, void *arg) { spans_add(&leak.without, lo, hi); }

// A thread's own stack lies below its thread-locals, which stay in.
static void leave_out_threads(void) {
  for (struct m *mp = load_acq(&sched.all_m); mp; mp = mp->all_next) {
    spans_add(&leak.structs, (uintptr_t)mp, (uintptr_t)(mp + 1));
    spans_add(&leak.without, mp->sigstack_lo, mp->sigstack_hi);
    if (mp->is_foreign || !mp->g0_sp || !load_rlx(&mp->tid)) continue;
    uintptr_t top = (uintptr_t)mp->g0_sp + G0_ABOVE;
    spans_add(&leak.without, mp->g0_lo ? (uintptr_t)mp->g0_lo : top - THREAD_STACK, top);
  }
}

static void leave_out_g(struct g *gp, void *arg) {
  if (gp->is_main || gp->is_thread) spans_add(&leak.structs, (uintptr_t)gp, (uintptr_t)(gp + 1));
}

void leak_leave_out(void) {
  uintptr_t lo, hi;
  spans_add(&leak.without, (uintptr_t)__start_crun_bss, (uintptr_t)__stop_crun_bss);
  spans_add(&leak.without, (uintptr_t)__start_crun_data, (uintptr_t)__stop_crun_data);
  race_blocks_own(leave_out, NULL);
  stack_each_arena(leave_out, NULL);
  world_memory(&lo, &hi);
  spans_add(&leak.without, lo, hi);
  spans_add(&leak.without, scratch_memory().lo, scratch_memory().hi);
  spans_add(&leak.without, leak.own_stack.lo, leak.own_stack.hi);
  if (sysmon_frame()) spans_add(&leak.without, sysmon_frame() - THREAD_STACK, sysmon_frame());
  leave_out_threads();
  sched_each_locked(leave_out_g, NULL);
  for (size_t i = 0; i < leak.nmappings; i++)
    if (leak.mapping[i].is_main_stack) spans_add(&leak.without, leak.mapping[i].lo, leak.main_hi);
}

// The heap that grows by brk is one mapping with what lies before it, maybe.
void leak_leave_out_brk(struct spans *without) {
  uintptr_t now = (uintptr_t)sys(SYS_brk, 0);
  spans_add(without, race_blocks_brk(), now);
}

// ---- roots ---------------------------------------------------------------------------------------------

// mark_outside marks from [lo, hi) but for what is the C library's heap.
static void mark_outside(uintptr_t lo, uintptr_t hi, enum mapping_kind kind) {
  uintptr_t begin = lo;
  for (uintptr_t p = lo; p < hi;) {
    uintptr_t page = p & ~(uintptr_t)(PAGE - 1);
    size_t n = race_blocks_heap(page, hi);
    if (n) {
      words_each(begin, p, kind, leak_mark_words, &leak.s->bytes);
      begin = p = page + n;
    } else {
      p = race_blocks_any(page) ? page + PAGE : (page / RACE_BLOCKS_REGION + 1) * RACE_BLOCKS_REGION;
    }
  }
  if (begin < hi) words_each(begin, hi, kind, leak_mark_words, &leak.s->bytes);
}

static void mark_mappings(const struct spans *without) {
  size_t first = 0;
  for (size_t i = 0; i < leak.nmappings; i++) {
    const struct mapping *m = &leak.mapping[i];
    while (first < without->n && without->at[first].hi <= m->lo) first++;
    uintptr_t p = m->lo;
    for (size_t j = first; p < m->hi; j++) {
      bool cut = j < without->n && without->at[j].lo < m->hi;
      uintptr_t stop = cut ? without->at[j].lo : m->hi;
      leak.in_libc = m->is_libc;
      if (stop > p) mark_outside(p, stop, m->kind);
      leak.in_libc = false;
      p = cut ? without->at[j].hi : m->hi;
    }
  }
}

// The first thread's control block points to a frame of its own stack, for pthread_exit. That is nobody's pointer.
static void mark_tcb_words(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = lo; p < hi; p += WORD) {
    uintptr_t w = *(const volatile uintptr_t *)p;
    if (w < leak.main_hi - PAGE || w >= leak.main_hi) leak_mark_word(w);
  }
}

static void mark_main_tcb(void) { leak_read_memory(leak.main_tcb, leak.main_tcb + TCB, mark_tcb_words); }

static bool in(uintptr_t p, uintptr_t lo, uintptr_t hi) { return p - lo < hi - lo; }

static bool on_g0(const struct m *mp, uintptr_t sp) {
  uintptr_t top = (uintptr_t)mp->g0_sp + G0_ABOVE;
  return in(sp, mp->g0_lo ? (uintptr_t)mp->g0_lo : top - THREAD_STACK, top);
}

// mark_running marks from the goroutine that a thread runs: from its stack pointer if it is there, from where
// the scheduler left it, or from all of its stack if it may be anywhere.
static void mark_running(struct g *gp, const struct standing *t, bool is_on_g0) {
  if (gp == leak.s->caller) {
    leak_mark_memory(leak.s->caller_sp, leak_stack_end(gp));
    return;
  }
  uintptr_t hi = leak_stack_end(gp), lo = gp->is_main ? hi - (8ul << 20) : (uintptr_t)gp->stack_lo;
  if (is_on_g0) lo = (uintptr_t)gp->sp;
  else if (load_acq(&t->state) == STANDING_STOPPED && in(t->sp, lo, hi)) lo = t->sp - RED_ZONE;
  leak_mark_memory(lo, hi);
}

static void mark_timer_arg(const void *arg) {
  struct parked *p = leak_parked_at((uintptr_t)arg);
  if (p) leak_make_live(p);
  else leak_mark_word((uintptr_t)arg);
}

// mark_thread: a thread of the program's own has its stack among the mappings, its registers with it. One that is in the
// scheduler has nothing of anybody's but the timer whose time has come; its stack is full of what is over.
static void mark_thread(struct standing *t, void *arg) {
  struct m *mp = t->m;
  for (struct m *m = load_acq(&sched.all_m); m && !mp; m = m->all_next)
    if (load_rlx(&m->tid) == t->tid) mp = m;
  if (!mp || mp->is_foreign) {
    leak.others = true;
    if (t->alt_hi) leak_mark_memory(t->frame, t->alt_hi);
    return;
  }
  bool scheduler = load_acq(&t->state) == STANDING_STOPPED && on_g0(mp, t->sp);
  struct g *gp = mp->curg;
  if (gp == leak.s->leaving && gp) return;
  if (gp && !gp->is_thread) mark_running(gp, t, scheduler);
  if (mp->timer_arg) mark_timer_arg(mp->timer_arg);
  if (!scheduler && t->alt_hi && gp != leak.s->caller) leak_mark_memory(t->frame, t->alt_hi);
}

// leak_mark_goroutine marks from one that can go on.
void leak_mark_goroutine(struct g *gp, void *arg) {
  leak.s->goroutines++;
  if (gp->is_thread || gp == leak.s->leaving || leak_is_stuck(gp)) return;
  leak.nlive++;
  if (gp != leak.s->self && load_rlx(&gp->leak_tag) == leak.s->tag) leak.nlive_tagged++;
  if (leak.s->blind) return;
  uint32_t status = load_acq(&gp->status);
  bool runs = status == G_RUNNING;
  for (struct m *mp = load_acq(&sched.all_m); mp && runs; mp = mp->all_next)
    if (mp->curg == gp && load_rlx(&mp->tid)) return;  // mark_thread does it
  leak_mark_word((uintptr_t)gp->defers);
  leak_mark_word((uintptr_t)gp->panics);
  leak_mark_stack_of(gp, (uintptr_t)gp->sp);
}

// An armed timer lies in the frame of who waits for the time, or in a block with what its function needs.
static void mark_timer(struct timer *t, void *arg) {
  mark_timer_arg(t);
  mark_timer_arg(t->arg);
  leak.nlive++;
}

static void mark_channel(const struct cr_chan *c) { leak_mark_word((uintptr_t)c); }

static void mark_user_root(uintptr_t lo, uintptr_t hi) {
  leak_mark_word(lo);
  leak_mark_memory(lo, hi);
}

void leak_mark_roots(void) {
  mark_mappings(&leak.without);
  if (leak.main_tcb) mark_main_tcb();
  world_each(mark_thread, NULL);
  sched_each_locked(leak_mark_goroutine, NULL);
  timers_each(mark_timer, NULL);
  if (timers_sysmon_arg()) mark_timer_arg(timers_sysmon_arg());
  signal_each(mark_channel);
  leak_roots_each(mark_user_root);
}
