// SPDX-License-Identifier: Apache-2.0
// leak_mark.c: the search for leaked goroutines: a conservative mark to the fixed point.
//
// A goroutine that is parked on a channel or a lock can go on only if somebody who runs, or may run once more, gets at
// that object. So what these can reach is marked, as a garbage collector would, where any word that looks like a
// pointer into a block, wherever into it, is one:
//
//     roots ──► blocks of the heap ──► ...                a block with a channel that goroutine 7 waits for:
//       │                                                 7 is live, and its stack a root
//       └─────► stacks of parked goroutines: a block each, read as a whole; that makes their owners live only
//               if what these wait for is found
//
// Roots: every private or shared mapping that is not the heap's (the data of all modules, thread-locals, the stacks of
// threads that are not ours, what the program mapped), registers, the stacks of goroutines that run, can run, sleep,
// or wait for I/O, armed timers, what cr_root names, and channels that signals come on.
// Not roots: what the runtime knows by itself. Its variables; stacks of goroutines, of schedulers and of signals; Gs and Ms;
// the list of timers. A word that is the address of a queued sudog is no pointer: it is how a channel knows who waits for it.
//
// Work is kept in a list of blocks and stacks, each of which comes there once. Which goroutines to make live for a block
// is looked up by the block (watched), so the whole is linear in memory and goroutines.
//
// Errors are on one side: a stale word makes a leak go unseen. The other side, a live pointer unseen, needs a pointer that
// is none to a machine: hidden by XOR, in a file, in the kernel, or not at a multiple of eight. For these is cr_root.
#include "diag/leak_mark.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sys.h"
#include "diag/leak_index.h"
#include "diag/leak_memory.h"
#include "diag/waitfor.h"
#include "diag/world.h"
#include "hchan.h"
#include "race/blocks.h"
#include "sched.h"
#include "stack.h"
#include "timer.h"
#include "waitq.h"
#include "wake.h"

// The variables of our own libraries (crun_own_data in the top CMakeLists.txt); the linker makes the names.
extern char __start_crun_bss[] __attribute__((weak)), __stop_crun_bss[] __attribute__((weak));
extern char __start_crun_data[] __attribute__((weak)), __stop_crun_data[] __attribute__((weak));

extern void *__libc_stack_end;  // glibc's: where the first thread's stack begins

enum { AT_ONCE = 16, LINE = 8, PAGE = 4096, WORD = sizeof(uintptr_t), RED_ZONE = 128, G0_ABOVE = 256, THREAD_STACK = 480 * 1024, TCB = 4096 };

enum gstate { BLOCKED, READ, LIVE };  // READ: its stack was read as a block

// A parked goroutine that may be leaked. The first word is what they are sorted by.
struct parked {
  uintptr_t lo, hi;  // the part of its stack that is in use
  struct g *gp;
  uint64_t state;
};

// What a goroutine waits for lies in a block, or in the stack of a parked goroutine: key is where that begins.
struct watch {
  uintptr_t key;
  uint64_t parked;   // number
  uint64_t is_sudogs;  // the block holds the goroutine's sudogs instead
};

static struct {
  struct leak_search *s;
  struct mapping *mapping;
  size_t nmappings;
  struct spans without;       // no roots
  struct spans structs;       // Gs and Ms that are no part of that
  bool in_libc;               // what is read is the C library's own data
  struct parked *parked;
  size_t nparked, parked_cap;
  struct watch *watch;
  size_t nwatch, watch_cap;
  uintptr_t *work;            // blocks, and numbers of parked goroutines with the lowest bit set
  size_t nwork, work_cap;
  size_t nlive;               // goroutines that can go on by themselves, and armed timers
  size_t nlive_tagged;        // of the check that is asked for
  uintptr_t main_tcb;         // the first thread's, which points into its own stack
  uintptr_t main_hi;
  bool others;                // there are threads of the program's own
  struct span own_stack;      // of the thread that looks
  struct span stacks;         // from the lowest to the highest of parked
} k;

// ---- goroutines ----------------------------------------------------------------------------------------

static bool may_be_leaked(enum wait_reason why) {
  return why != WAIT_NONE && why != WAIT_SLEEP && why != WAIT_IO && why < WAIT_REASONS;
}

// never_wakes: it waits for nothing at all, and not for a time either (its timer would be found).
static bool never_wakes(const struct g *gp) {
  return gp->wait_reason == WAIT_CHAN_RECV_NIL || gp->wait_reason == WAIT_CHAN_SEND_NIL ||
         gp->wait_reason == WAIT_SELECT || gp->wait_reason == WAIT_SELECT_EMPTY;
}

static uint32_t nsudogs(const struct g *gp) { return !gp->waiting ? 0 : gp->waiting->is_select ? gp->nwaiting : 1; }

// is_stuck: it is parked for good unless another wakes it, and nobody is about to.
static bool is_stuck(struct g *gp) {
  if (load_acq(&gp->status) != G_WAITING || gp->is_thread || !may_be_leaked(gp->wait_reason)) return false;
  if (!gp->waiting) return never_wakes(gp) && !gp->is_main;
  if (gp->waiting->is_select && load_acq(&gp->select_done)) return false;
  for (uint32_t i = 0; i < nsudogs(gp); i++)
    if (!gp->waiting[i].q || gp->waiting[i].g != gp) return false;
  return true;
}

static uintptr_t stack_end_of(const struct g *gp) { return gp->is_main ? k.main_hi : (uintptr_t)gp; }

static struct parked *parked_at(uintptr_t addr) {
  size_t lo = 0, hi = k.nparked;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (k.parked[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  return lo && addr < k.parked[lo - 1].hi ? &k.parked[lo - 1] : NULL;
}

// ---- marking -------------------------------------------------------------------------------------------

static void push(uintptr_t what) {
  if (k.nwork < k.work_cap) k.work[k.nwork++] = what;
}

static void read_stack(struct parked *p) { push((uintptr_t)(p - k.parked) << 1 | 1); }

static void make_live(struct parked *p) {
  if (p->state == BLOCKED) read_stack(p);
  p->state = LIVE;
}

static size_t first_watch(uintptr_t key) {
  size_t lo = 0, hi = k.nwatch;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (k.watch[mid].key < key) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bool is_sudog_of(const struct g *gp, uintptr_t w) {
  uintptr_t offset = w - (uintptr_t)gp->waiting;
  return gp->waiting && offset % sizeof(struct sudog) == 0 && offset / sizeof(struct sudog) < nsudogs(gp);
}

// is_queued_sudog: the block at key holds sudogs, and w is one.
static bool is_queued_sudog(uintptr_t key, uintptr_t w) {
  for (size_t i = first_watch(key); i < k.nwatch && k.watch[i].key == key; i++)
    if (k.watch[i].is_sudogs && is_sudog_of(k.parked[k.watch[i].parked].gp, w)) return true;
  return false;
}

static void wake_watchers(uintptr_t key) {
  for (size_t i = first_watch(key); i < k.nwatch && k.watch[i].key == key; i++)
    if (!k.watch[i].is_sudogs) make_live(&k.parked[k.watch[i].parked]);
}

static void mark_stack(struct parked *p, uintptr_t w) {
  if (p->state != BLOCKED || is_sudog_of(p->gp, w)) return;
  p->state = READ;
  read_stack(p);
}

// is_chunk_end: malloc's lists refer to a free chunk by an address 16 bytes before what it would give out, and that
// is within the block before it, which may use 8 of these bytes.
static bool is_chunk_end(uintptr_t block, uintptr_t w) {
  return w % (2 * WORD) == 0 && block + race_blocks_size(block) - w <= WORD;
}

// mark_block marks the block that w points into; c is w's cell.
static void mark_block(struct cell *c, uintptr_t w) {
  struct hit h = index_hit(c, w);
  if (!h.start || (k.in_libc && is_chunk_end(h.start, w))) return;
  bool watched = h.cell->watched & h.bit;
  if (watched && is_queued_sudog(h.start, w)) return;
  if (h.cell->marks & h.bit) return;
  h.cell->marks |= h.bit;
  push(h.start);
  if (watched) wake_watchers(h.start);
}

static bool is_in_stacks(uintptr_t w) { return w - k.stacks.lo < k.stacks.hi - k.stacks.lo; }

// mark_word_in marks what w points to. c is w's cell, nil: it has none.
static void mark_word_in(struct cell *c, uintptr_t w) {
  struct parked *p = is_in_stacks(w) ? parked_at(w) : NULL;
  if (p) mark_stack(p, w);
  else if (c) mark_block(c, w);
}

static bool may_be_pointer(uintptr_t w) { return w - PAGE < (1ull << 47) - PAGE; }

static void mark_word(uintptr_t w) {
  if (may_be_pointer(w)) mark_word_in(index_cell(w), w);
}

// mark_words marks from the words of [lo, hi), a few at a time, for their cells are far apart: all are on their way
// to the cache before the first is read.
__attribute__((no_sanitize("address"))) static void mark_words(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = (lo + WORD - 1) & ~(uintptr_t)(WORD - 1); p + WORD <= hi;) {
    struct {
      uintptr_t w;
      struct cell *c;
    } few[AT_ONCE];
    size_t n = 0;
    for (; p + WORD <= hi && n < AT_ONCE; p += WORD) {
      uintptr_t w = *(const volatile uintptr_t *)p;
      if (!may_be_pointer(w)) continue;
      few[n].w = w;
      few[n].c = index_cell(w);
      __builtin_prefetch(few[n++].c);
    }
    for (size_t i = 0; i < n; i++) mark_word_in(few[i].c, few[i].w);
  }
}

// mapping_after is the first mapping that ends behind addr.
static const struct mapping *mapping_after(uintptr_t addr) {
  size_t lo = 0, hi = k.nmappings;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (k.mapping[mid].hi <= addr) lo = mid + 1;
    else hi = mid;
  }
  return &k.mapping[lo];
}

// read_memory calls fn for the words of [lo, hi) that can be read: a program may protect pages within a block.
static void read_memory(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  for (const struct mapping *m = mapping_after(lo); m < k.mapping + k.nmappings && m->lo < hi; m++)
    words_each(m->lo > lo ? m->lo : lo, m->hi < hi ? m->hi : hi, m->kind, fn, &k.s->bytes);
}

static void mark_memory(uintptr_t lo, uintptr_t hi) { read_memory(lo, hi, mark_words); }

// is_plain tells whether all of a block can be read as it is, and is small enough not to ask which pages are there.
static bool is_plain(uintptr_t lo, uintptr_t hi) {
  if (lo / PAGE == (hi - 1) / PAGE) return true;
  const struct mapping *m = mapping_after(lo);
  return hi - lo < 64 * PAGE && m->lo <= lo && hi <= m->hi;
}

static void mark_stack_of(const struct g *gp, uintptr_t lo) {
  uintptr_t hi = stack_end_of(gp);
  mark_words(lo, hi);
  k.s->bytes += hi - lo;
}

// read_one marks from a piece of work.
static void read_one(uintptr_t what) {
  if (what & 1) {
    const struct parked *p = &k.parked[what >> 1];
    mark_stack_of(p->gp, p->lo);
    wake_watchers(p->lo);
    return;
  }
  uintptr_t end = index_end(what);
  if (!is_plain(what, end)) {
    mark_memory(what, end);
    return;
  }
  mark_words(what, end);
  k.s->bytes += end - what;
}

// mark_all marks until there is no more. Work waits in a short line on its way, while its memory comes to the cache.
static void mark_all(void) {
  uintptr_t line[LINE] = {0};
  for (size_t i = 0, left = LINE; left || k.nwork; i++) {
    uintptr_t what = line[i % LINE];
    line[i % LINE] = k.nwork ? k.work[--k.nwork] : 0;
    __builtin_prefetch((const void *)(line[i % LINE] & 1 ? 0 : line[i % LINE]));
    if (what) read_one(what);
    left = what || line[i % LINE] ? LINE : left - 1;
  }
}

// ---- what is no root -----------------------------------------------------------------------------------

static void leave_out(uintptr_t lo, uintptr_t hi, void *arg) { spans_add(&k.without, lo, hi); }

// A thread's own stack lies below its thread-locals, which stay in.
static void leave_out_threads(void) {
  for (struct m *mp = load_acq(&sched.all_m); mp; mp = mp->all_next) {
    spans_add(&k.structs, (uintptr_t)mp, (uintptr_t)(mp + 1));
    spans_add(&k.without, mp->sigstack_lo, mp->sigstack_hi);
    if (mp->is_foreign || !mp->g0_sp || !load_rlx(&mp->tid)) continue;
    uintptr_t top = (uintptr_t)mp->g0_sp + G0_ABOVE;
    spans_add(&k.without, mp->g0_lo ? (uintptr_t)mp->g0_lo : top - THREAD_STACK, top);
  }
}

static void leave_out_g(struct g *gp, void *arg) {
  if (gp->is_main || gp->is_thread) spans_add(&k.structs, (uintptr_t)gp, (uintptr_t)(gp + 1));
}

static void leave_out_all(void) {
  uintptr_t lo, hi;
  spans_add(&k.without, (uintptr_t)__start_crun_bss, (uintptr_t)__stop_crun_bss);
  spans_add(&k.without, (uintptr_t)__start_crun_data, (uintptr_t)__stop_crun_data);
  race_blocks_own(leave_out, NULL);
  stack_each_arena(leave_out, NULL);
  world_memory(&lo, &hi);
  spans_add(&k.without, lo, hi);
  spans_add(&k.without, scratch_memory().lo, scratch_memory().hi);
  spans_add(&k.without, k.own_stack.lo, k.own_stack.hi);
  if (sysmon_frame()) spans_add(&k.without, sysmon_frame() - THREAD_STACK, sysmon_frame());
  leave_out_threads();
  sched_each_locked(leave_out_g, NULL);
  for (size_t i = 0; i < k.nmappings; i++)
    if (k.mapping[i].is_main_stack) spans_add(&k.without, k.mapping[i].lo, k.main_hi);
}

// The heap that grows by brk is one mapping with what lies before it, maybe.
static void leave_out_brk(struct spans *without) {
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
      words_each(begin, p, kind, mark_words, &k.s->bytes);
      begin = p = page + n;
    } else {
      p = race_blocks_any(page) ? page + PAGE : (page / RACE_BLOCKS_REGION + 1) * RACE_BLOCKS_REGION;
    }
  }
  if (begin < hi) words_each(begin, hi, kind, mark_words, &k.s->bytes);
}

static void mark_mappings(const struct spans *without) {
  size_t first = 0;
  for (size_t i = 0; i < k.nmappings; i++) {
    const struct mapping *m = &k.mapping[i];
    while (first < without->n && without->at[first].hi <= m->lo) first++;
    uintptr_t p = m->lo;
    for (size_t j = first; p < m->hi; j++) {
      bool cut = j < without->n && without->at[j].lo < m->hi;
      uintptr_t stop = cut ? without->at[j].lo : m->hi;
      k.in_libc = m->is_libc;
      if (stop > p) mark_outside(p, stop, m->kind);
      k.in_libc = false;
      p = cut ? without->at[j].hi : m->hi;
    }
  }
}

// The first thread's control block points to a frame of its own stack, for pthread_exit. That is nobody's pointer.
static void mark_tcb_words(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = lo; p < hi; p += WORD) {
    uintptr_t w = *(const volatile uintptr_t *)p;
    if (w < k.main_hi - PAGE || w >= k.main_hi) mark_word(w);
  }
}

static void mark_main_tcb(void) { read_memory(k.main_tcb, k.main_tcb + TCB, mark_tcb_words); }

static bool in(uintptr_t p, uintptr_t lo, uintptr_t hi) { return p - lo < hi - lo; }

static bool on_g0(const struct m *mp, uintptr_t sp) {
  uintptr_t top = (uintptr_t)mp->g0_sp + G0_ABOVE;
  return in(sp, mp->g0_lo ? (uintptr_t)mp->g0_lo : top - THREAD_STACK, top);
}

// mark_running marks from the goroutine that a thread runs: from its stack pointer if it is there, from where
// the scheduler left it, or from all of its stack if it may be anywhere.
static void mark_running(struct g *gp, const struct standing *t, bool is_on_g0) {
  if (gp == k.s->caller) {
    mark_memory(k.s->caller_sp, stack_end_of(gp));
    return;
  }
  uintptr_t hi = stack_end_of(gp), lo = gp->is_main ? hi - (8ul << 20) : (uintptr_t)gp->stack_lo;
  if (is_on_g0) lo = (uintptr_t)gp->sp;
  else if (load_acq(&t->state) == STANDING_STOPPED && in(t->sp, lo, hi)) lo = t->sp - RED_ZONE;
  mark_memory(lo, hi);
}

static void mark_timer_arg(const void *arg) {
  struct parked *p = parked_at((uintptr_t)arg);
  if (p) make_live(p);
  else mark_word((uintptr_t)arg);
}

// mark_thread: a thread of the program's own has its stack among the mappings, its registers with it. One that is in the
// scheduler has nothing of anybody's but the timer whose time has come; its stack is full of what is over.
static void mark_thread(struct standing *t, void *arg) {
  struct m *mp = t->m;
  for (struct m *m = load_acq(&sched.all_m); m && !mp; m = m->all_next)
    if (load_rlx(&m->tid) == t->tid) mp = m;
  if (!mp || mp->is_foreign) {
    k.others = true;
    if (t->alt_hi) mark_memory(t->frame, t->alt_hi);
    return;
  }
  bool scheduler = load_acq(&t->state) == STANDING_STOPPED && on_g0(mp, t->sp);
  struct g *gp = mp->curg;
  if (gp == k.s->leaving && gp) return;
  if (gp && !gp->is_thread) mark_running(gp, t, scheduler);
  if (mp->timer_arg) mark_timer_arg(mp->timer_arg);
  if (!scheduler && t->alt_hi && gp != k.s->caller) mark_memory(t->frame, t->alt_hi);
}

// mark_goroutine marks from one that can go on.
static void mark_goroutine(struct g *gp, void *arg) {
  k.s->goroutines++;
  if (gp->is_thread || gp == k.s->leaving || is_stuck(gp)) return;
  k.nlive++;
  if (gp != k.s->self && load_rlx(&gp->leak_tag) == k.s->tag) k.nlive_tagged++;
  if (k.s->blind) return;
  uint32_t status = load_acq(&gp->status);
  bool runs = status == G_RUNNING;
  for (struct m *mp = load_acq(&sched.all_m); mp && runs; mp = mp->all_next)
    if (mp->curg == gp && load_rlx(&mp->tid)) return;  // mark_thread does it
  mark_word((uintptr_t)gp->defers);
  mark_word((uintptr_t)gp->panics);
  mark_stack_of(gp, (uintptr_t)gp->sp);
}

// An armed timer lies in the frame of who waits for the time, or in a block with what its function needs.
static void mark_timer(struct timer *t, void *arg) {
  mark_timer_arg(t);
  mark_timer_arg(t->arg);
  k.nlive++;
}

static void mark_channel(const struct cr_chan *c) { mark_word((uintptr_t)c); }

static void mark_user_root(uintptr_t lo, uintptr_t hi) {
  mark_word(lo);
  mark_memory(lo, hi);
}

// ---- preparing -----------------------------------------------------------------------------------------

static void add_parked(struct g *gp, void *arg) {
  if (!is_stuck(gp) || gp == k.s->leaving) return;
  if (k.nparked < k.parked_cap) k.parked[k.nparked++] = (struct parked){(uintptr_t)gp->sp, stack_end_of(gp), gp, BLOCKED};
}

static void count_goroutine(struct g *gp, void *arg) {
  k.parked_cap++;
  k.watch_cap += nsudogs(gp) + 1;
}

// container is where the block or stack begins that addr lies in; 0: memory that is always there.
static uintptr_t container(uintptr_t addr) {
  const struct parked *p = parked_at(addr);
  return p ? p->lo : index_find(addr);
}

static void add_watch(uintptr_t key, size_t parked, bool is_sudogs) {
  if (k.nwatch == k.watch_cap) return;
  k.watch[k.nwatch++] = (struct watch){key, parked, is_sudogs};
  if (!parked_at(key)) index_watch(key);
}

// watch_objects has the goroutine made live when something that it waits for is. True: something is live already.
static bool watch_objects(size_t i) {
  const struct g *gp = k.parked[i].gp;
  uintptr_t place = container((uintptr_t)gp->waiting);
  if (gp->waiting && place && place != k.parked[i].lo) add_watch(place, i, true);
  bool live = false;
  for (uint32_t n = 0; n < nsudogs(gp); n++) {
    uintptr_t key = container((uintptr_t)gp->waiting[n].q);
    if (key) add_watch(key, i, false);
    else live = true;
  }
  return live;
}

// index_heap indexes the heap's blocks but for what is the runtime's own.
static bool index_heap(void) {
  struct spans without = {0};
  if (!mappings_read(&k.mapping, &k.nmappings)) return false;
  leave_out_all();
  for (size_t i = 0; i < k.without.n; i++) spans_add(&without, k.without.at[i].lo, k.without.at[i].hi);
  spans_sort(&without);
  return index_build(k.mapping, k.nmappings, &without);
}

static bool list_parked(void) {
  sched_each_locked(count_goroutine, NULL);
  k.parked = scratch(k.parked_cap * sizeof *k.parked);
  k.watch = scratch(k.watch_cap * sizeof *k.watch);
  k.work_cap = (k.s->blind ? 0 : index_blocks()) + k.parked_cap;
  k.work = scratch(k.work_cap * sizeof *k.work);
  if (scratch_failed()) return false;
  sched_each_locked(add_parked, NULL);
  sort_words(k.parked, k.nparked, sizeof *k.parked);
  if (k.nparked) k.stacks = (struct span){k.parked[0].lo, k.parked[k.nparked - 1].hi};
  return true;
}

// What the runtime has for itself on the heap is marked without being read.
static void leave_out_blocks(void) {
  for (size_t i = 0; i < k.structs.n; i++) {
    const struct span *s = &k.structs.at[i];
    if (index_find(s->lo) == s->lo) index_mark(s->lo);
    else spans_add(&k.without, s->lo, s->hi);
  }
  uintptr_t timers = index_find((uintptr_t)timers_memory());
  if (timers) index_mark(timers);
}

static void mark_roots(void) {
  leave_out_blocks();
  if (k.main_tcb) spans_add(&k.without, k.main_tcb, k.main_tcb + TCB);
  leave_out_brk(&k.without);
  spans_sort(&k.without);
  for (size_t i = 0; i < k.nparked; i++)
    if (watch_objects(i)) k.parked[i].state = LIVE + 1;  // found once the watches are in order
  sort_words(k.watch, k.nwatch, sizeof *k.watch);
  for (size_t i = 0; i < k.nparked; i++) {
    if (k.parked[i].state != LIVE + 1) continue;
    k.parked[i].state = BLOCKED;
    make_live(&k.parked[i]);
  }
  mark_mappings(&k.without);
  if (k.main_tcb) mark_main_tcb();
  world_each(mark_thread, NULL);
  sched_each_locked(mark_goroutine, NULL);
  timers_each(mark_timer, NULL);
  if (timers_sysmon_arg()) mark_timer_arg(timers_sysmon_arg());
  signal_each(mark_channel);
  leak_roots_each(mark_user_root);
}

// ---- the result ----------------------------------------------------------------------------------------

// waits_for_lock: nobody can be meant to wait so for ever, unless who ends the process has the lock.
static bool waits_for_lock(struct g *gp) {
  const struct g *owner = waitfor_owner(gp);
  return owner && owner != k.s->leaving;
}

static bool is_found(const struct parked *p, bool quiet) {
  if (k.s->tag && (load_rlx(&p->gp->leak_tag) != k.s->tag || p->gp == k.s->self)) return false;
  if (k.s->settled && !k.nlive_tagged) return true;
  if (k.s->blind) return false;
  if (p->state != LIVE) return true;
  return quiet && (k.s->strict || waits_for_lock(p->gp));
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
                       .waited_ns = sched_waited_ns(gp), .nobjects = nsudogs(gp), .depth = p->hi - p->lo,
                       .reachable = p->state == LIVE};
  if (!gp->waiting) return;
  l->object = object_of(gp);
  const struct cr_chan *c = gp->waiting->c;
  if (!c) return;
  l->is_chan = true;
  l->cap = c->cap;
  l->elem_size = c->elem_size;
  l->made_pc = c->made_pc;
}

static void collect(void) {
  bool quiet = k.s->leaving && !k.nlive && !k.others;
  size_t n = 0;
  for (size_t i = 0; i < k.nparked; i++) n += is_found(&k.parked[i], quiet);
  k.s->found = scratch(n * sizeof *k.s->found);
  if (!k.s->found) return;
  for (size_t i = 0; i < k.nparked; i++)
    if (is_found(&k.parked[i], quiet)) describe(&k.s->found[k.s->nfound++], &k.parked[i]);
}

// ---- the whole -----------------------------------------------------------------------------------------

static bool look(void) {
  k.main_hi = (uintptr_t)__libc_stack_end;
  if (!k.s->blind && !index_heap()) return false;
  if (!list_parked()) return false;
  if (k.s->blind) {
    sched_each_locked(mark_goroutine, NULL);
  } else {
    mark_roots();
    mark_all();
  }
  if (scratch_failed()) return false;
  collect();
  k.s->blocks = k.s->blind ? 0 : index_blocks();
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
  memset(&k, 0, sizeof k);
  k.s = s;
  k.main_tcb = first_tcb;
  k.own_stack.hi = (uintptr_t)__builtin_frame_address(0) + PAGE / 4;
  k.own_stack.lo = k.own_stack.hi - THREAD_STACK / 2;
  s->found = NULL;
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
  if (!done) s->nfound = 0;
  return done;
}

void leak_search_end(void) { scratch_end(); }
