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
#include "diag/leak/leak_state.h"

#include "chan/hchan.h"
#include "chan/waitq.h"
#include "race/blocks.h"
#include "sched/sched.h"

enum { AT_ONCE = 16, LINE = 8 };

struct leak_state leak;

// ---- goroutines ----------------------------------------------------------------------------------------

static bool may_be_leaked(enum wait_reason why) {
  return why != WAIT_NONE && why != WAIT_SLEEP && why != WAIT_IO && why < WAIT_REASONS;
}

// never_wakes: it waits for nothing at all, and not for a time either (its timer would be found).
static bool never_wakes(const struct g *gp) {
  return gp->wait_reason == WAIT_CHAN_RECV_NIL || gp->wait_reason == WAIT_CHAN_SEND_NIL ||
         gp->wait_reason == WAIT_SELECT || gp->wait_reason == WAIT_SELECT_EMPTY;
}

uint32_t leak_nsudogs(const struct g *gp) { return !gp->waiting ? 0 : gp->waiting->is_select ? gp->nwaiting : 1; }

// leak_is_stuck: it is parked for good unless another wakes it, and nobody is about to.
bool leak_is_stuck(struct g *gp) {
  if (load_acq(&gp->status) != G_WAITING || gp->is_thread || !may_be_leaked(gp->wait_reason)) return false;
  if (!gp->waiting) return never_wakes(gp) && !gp->is_main;
  if (gp->waiting->is_select && load_acq(&gp->select_done)) return false;
  for (uint32_t i = 0; i < leak_nsudogs(gp); i++)
    if (!gp->waiting[i].q || gp->waiting[i].g != gp) return false;
  return true;
}

uintptr_t leak_stack_end(const struct g *gp) { return gp->is_main ? leak.main_hi : (uintptr_t)gp; }

struct parked *leak_parked_at(uintptr_t addr) {
  size_t lo = 0, hi = leak.nparked;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (leak.parked[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  return lo && addr < leak.parked[lo - 1].hi ? &leak.parked[lo - 1] : NULL;
}

// ---- marking -------------------------------------------------------------------------------------------

static void push(uintptr_t what) {
  if (leak.nwork < leak.work_cap) leak.work[leak.nwork++] = what;
}

// Work is a block, with its size in units of 16 bytes above the address, 0: it is too large for that; or the number of
// a parked goroutine and the lowest bit.
enum { SIZE_SHIFT = 48 };

static uintptr_t block_work(uintptr_t start, uintptr_t end) {
  uintptr_t n = (end - start) / GRAIN;
  return start | (n >> (64 - SIZE_SHIFT) ? 0 : n << SIZE_SHIFT);
}

static uintptr_t work_start(uintptr_t what) { return what & ((1ull << SIZE_SHIFT) - 1); }

static uintptr_t work_end(uintptr_t what) {
  uintptr_t start = work_start(what), n = what >> SIZE_SHIFT;
  return n ? start + n * GRAIN : index_end(start);
}

static void read_stack(struct parked *p) { push((uintptr_t)(p - leak.parked) << 1 | 1); }

void leak_make_live(struct parked *p) {
  if (p->state == BLOCKED) read_stack(p);
  p->state = LIVE;
}

static size_t first_watch(uintptr_t key) {
  size_t lo = 0, hi = leak.nwatch;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (leak.watch[mid].key < key) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bool is_sudog_of(const struct g *gp, uintptr_t w) {
  uintptr_t offset = w - (uintptr_t)gp->waiting;
  return gp->waiting && offset % sizeof(struct sudog) == 0 && offset / sizeof(struct sudog) < leak_nsudogs(gp);
}

// is_queued_sudog: the block at key holds sudogs, and w is one.
static bool is_queued_sudog(uintptr_t key, uintptr_t w) {
  for (size_t i = first_watch(key); i < leak.nwatch && leak.watch[i].key == key; i++)
    if (leak.watch[i].is_sudogs && is_sudog_of(leak.parked[leak.watch[i].parked].gp, w)) return true;
  return false;
}

static void wake_watchers(uintptr_t key) {
  for (size_t i = first_watch(key); i < leak.nwatch && leak.watch[i].key == key; i++)
    if (!leak.watch[i].is_sudogs) leak_make_live(&leak.parked[leak.watch[i].parked]);
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

// mark_block marks the block that w points into, which is not marked yet.
static __attribute__((noinline)) void mark_block(uintptr_t w) {
  struct hit h = index_hit(w);
  if (leak.in_libc && is_chunk_end(h.start, w)) return;
  if (h.watched && is_queued_sudog(h.start, w)) return;
  index_mark(&h);
  push(block_work(h.start, h.end));
  leak_context_block(h.start, h.end);
  if (h.watched) wake_watchers(h.start);
}

void leak_mark_linked(uintptr_t addr) {
  struct hit h = index_hit(addr);
  if (!h.start || !index_is_open(index_open(addr), addr)) return;
  push(block_work(h.start, h.end));
  if (h.watched) wake_watchers(h.start);
}

static bool is_in_stacks(uintptr_t w) { return w - leak.stacks.lo < leak.stacks.hi - leak.stacks.lo; }

// mark_word_in marks what w points to. open is of w's cell, nil: it has none.
static inline void mark_word_in(const uint64_t *open, uintptr_t w) {
  struct parked *p = __builtin_expect(is_in_stacks(w), 0) ? leak_parked_at(w) : NULL;
  if (p) mark_stack(p, w);
  else if (index_is_open(open, w)) mark_block(w);
}

// may_be_pointer: there are blocks or stacks on both sides of w.
static inline bool may_be_pointer(uintptr_t w) { return w - leak.bounds.lo < leak.bounds.hi - leak.bounds.lo; }

void leak_mark_word(uintptr_t w) {
  if (may_be_pointer(w)) mark_word_in(index_open(w), w);
}

// leak_mark_words marks from the words of [lo, hi), a few at a time, for what is known of them lies far apart: all is on its
// way to the cache before the first is read.
__attribute__((no_sanitize("address"))) void leak_mark_words(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = (lo + WORD - 1) & ~(uintptr_t)(WORD - 1); p + WORD <= hi;) {
    struct {
      uintptr_t w;
      const uint64_t *open;
    } few[AT_ONCE];
    size_t n = 0;
    for (; p + WORD <= hi && n < AT_ONCE; p += WORD) {
      uintptr_t w = *(const volatile uintptr_t *)p;
      if (!may_be_pointer(w)) continue;
      few[n].w = w;
      few[n].open = index_open(w);
      __builtin_prefetch(few[n++].open);
    }
    for (size_t i = 0; i < n; i++) mark_word_in(few[i].open, few[i].w);
  }
}

// mapping_after is the first mapping that ends behind addr.
static const struct mapping *mapping_after(uintptr_t addr) {
  size_t lo = 0, hi = leak.nmappings;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (leak.mapping[mid].hi <= addr) lo = mid + 1;
    else hi = mid;
  }
  return &leak.mapping[lo];
}

// leak_read_memory calls fn for the words of [lo, hi) that can be read: a program may protect pages within a block.
void leak_read_memory(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  for (const struct mapping *m = mapping_after(lo); m < leak.mapping + leak.nmappings && m->lo < hi; m++)
    words_each(m->lo > lo ? m->lo : lo, m->hi < hi ? m->hi : hi, m->kind, fn, &leak.s->bytes);
}

void leak_mark_memory(uintptr_t lo, uintptr_t hi) { leak_read_memory(lo, hi, leak_mark_words); }

// is_plain tells whether all of a block can be read as it is, and is small enough not to ask which pages are there.
static bool is_plain(uintptr_t lo, uintptr_t hi) {
  if (lo / LEAK_PAGE == (hi - 1) / LEAK_PAGE) return true;
  const struct mapping *m = mapping_after(lo);
  return hi - lo < 64 * LEAK_PAGE && m->lo <= lo && hi <= m->hi;
}

void leak_mark_stack_of(const struct g *gp, uintptr_t lo) {
  uintptr_t hi = leak_stack_end(gp);
  leak_mark_words(lo, hi);
  leak.s->bytes += hi - lo;
}

// read_one marks from a piece of work.
static void read_one(uintptr_t what) {
  if (what & 1) {
    const struct parked *p = &leak.parked[what >> 1];
    leak_mark_stack_of(p->gp, p->lo);
    wake_watchers(p->lo);
    return;
  }
  uintptr_t start = work_start(what), end = work_end(what);
  if (!is_plain(start, end)) {
    leak_mark_memory(start, end);
    return;
  }
  leak_mark_words(start, end);
  leak.s->bytes += end - start;
}

static inline void prefetch(uintptr_t block) {
  __builtin_prefetch((const void *)block);
  __builtin_prefetch((const void *)(block + 64));
}

// mark_work does all the work there is. Work waits in a short line on its way, while its memory comes to the cache.
static void mark_work(void) {
  uintptr_t line[LINE] = {0};
  for (size_t i = 0, left = LINE; left || leak.nwork; i++) {
    uintptr_t what = line[i % LINE];
    uintptr_t next = line[i % LINE] = leak.nwork ? leak.work[--leak.nwork] : 0;
    if (!(next & 1)) prefetch(work_start(next));
    if (what) read_one(what);
    left = what || line[i % LINE] ? LINE : left - 1;
  }
}

void leak_mark_all(void) {
  do mark_work();
  while (leak_context_follow());
}
