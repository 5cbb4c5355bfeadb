// SPDX-License-Identifier: Apache-2.0
// shadow.c: the shadow image, which of its pages are in use, and how they are cleared.
//
// In use: one bit a page in `pages_touched`, under the page's lock but set and cleared atomically (a byte
// of it serves several pages); one bit in `summary` for each page of `pages_touched`, never cleared. So to
// go over everything costs what is in use, and to clear what was never touched costs a bit test.
#include "shadow.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "alloc.h"
#include "block_table.h"
#include "context.h"
#include "epoch.h"
#include "fold.h"
#include "ginfo.h"
#include "inside.h"
#include "layout.h"
#include "lockset.h"
#include "reserve.h"
#include "scan.h"
#include "slot.h"
#include "word.h"

#ifndef SHADOW_PAGES                                // tests/model has fewer
#define SHADOW_PAGES (SHADOW_SIZE / SHADOW_PAGE)    // 2^34
#define SUMMARY_BIT_PAGES (SHADOW_PAGE * 8ull)      // pages behind one page of `pages_touched`
#endif
#define PAGES SHADOW_PAGES
#define TOUCHED_WORDS (PAGES / 64)
#define SUMMARY_WORDS (PAGES / SUMMARY_BIT_PAGES / 64)
_Static_assert(SUMMARY_WORDS > 0, "the summary has a word");

enum { DISCARD_PAGES = 16 };  // runs of at least so many are given back to the system

_Atomic uint64_t *pages_touched, *pages_folded;
static _Atomic uint64_t summary[SUMMARY_WORDS];
static _Atomic size_t pages_in_use;

void spin_lock_slow(uint32_t *word) {
  do {
    for (int i = 0; __atomic_load_n(word, __ATOMIC_RELAXED); i++)
      if (i < 200) __builtin_ia32_pause();
      else sched_yield();
  } while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE));  // A1
}

void shadow_init(void) {
  void *want = (void *)SHADOW_BASE;
  layout_lift_limit();
  if (!reserve(want, SHADOW_SIZE)) {
    layout_limit_stack();
    race_fatal("cannot reserve 64 TiB of address space for the shadow (ulimit -v)");
  }
  layout_require();
  madvise(want, SHADOW_SIZE, MADV_NOHUGEPAGE);
  block_own_add(want, SHADOW_SIZE);
  pages_touched = race_reserve(TOUCHED_WORDS * sizeof *pages_touched);
  pages_folded = race_reserve(TOUCHED_WORDS * sizeof *pages_folded);
  fold_init();
}

// ---- pages ---------------------------------------------------------------------------------------

// set_bit enters a page in bits, and in the summary.
static void set_bit(_Atomic uint64_t *bits, uint64_t page) {
  uint64_t s = page / SUMMARY_BIT_PAGES;
  reserve_commit(&bits[page / 64], sizeof *bits);
  atomic_fetch_or_explicit(&bits[page / 64], 1ull << page % 64, memory_order_relaxed);
  atomic_fetch_or_explicit(&summary[s / 64], 1ull << s % 64, memory_order_relaxed);
}

// Where nearly all pages of 2 MiB of the shadow are in use they are made one huge page: who goes all over memory waits for
// the walk to each page's entry, twice in a virtual machine. It is not left to the kernel, which would give sparse shadow
// 2 MiB for a word. An old kernel only hears that it may.
enum {
  HUGE_PAGES = 512,
  HUGE_FROM = 448,       // in use
  HUGE_MOST = 1 << 13,   // each may split the kernel's one entry for the image
  COLLAPSE = 25,         // MADV_COLLAPSE, Linux 6.1
};

static unsigned pages_near(uint64_t page) {
  const _Atomic uint64_t *bits = &pages_touched[page / HUGE_PAGES * (HUGE_PAGES / 64)];
  unsigned n = 0;
  for (int i = 0; i < HUGE_PAGES / 64; i++) n += (unsigned)__builtin_popcountll(atomic_load_explicit(&bits[i], memory_order_relaxed));
  return n;
}

static void make_huge(uintptr_t addr) {
  static _Atomic unsigned made;
  if (atomic_fetch_add_explicit(&made, 1, memory_order_relaxed) >= HUGE_MOST) return;
  int error = errno;
  void *from = (void *)((uintptr_t)shadow_of(addr) & -(uintptr_t)(HUGE_PAGES * SHADOW_PAGE));
  if (madvise(from, HUGE_PAGES * SHADOW_PAGE, MADV_HUGEPAGE) == 0) madvise(from, HUGE_PAGES * SHADOW_PAGE, COLLAPSE);
  errno = error;
}

void page_set_touched(uintptr_t addr) {
  reserve_commit(shadow_of(addr), sizeof(struct word));
  set_bit(pages_touched, page_number(addr));
  atomic_fetch_add_explicit(&pages_in_use, 1, memory_order_relaxed);
  if (pages_near(page_number(addr)) == HUGE_FROM) make_huge(addr);
}

void page_set_folded(uintptr_t addr, bool folded) {
  uint64_t page = page_number(addr);
  if (folded) set_bit(pages_folded, page);
  else atomic_fetch_and_explicit(&pages_folded[page / 64], ~(1ull << page % 64), memory_order_relaxed);
}

bool page_touch_slow(uintptr_t addr) {
  bool folded = page_is_folded(addr);
  if (folded) fold_open(addr);
  else page_set_touched(addr);
  return !folded;
}

// page_untouch: the page holds no entry; under its lock.
static void page_untouch(uint64_t page) {
  atomic_fetch_and_explicit(&pages_touched[page / 64], ~(1ull << page % 64), memory_order_relaxed);
  atomic_fetch_sub_explicit(&pages_in_use, 1, memory_order_relaxed);
}

size_t shadow_touched(void) { return atomic_load_explicit(&pages_in_use, memory_order_relaxed); }

// used_bits is the bits of 64 pages that are touched or folded.
static uint64_t used_bits(uint64_t i) {
  return atomic_load_explicit(&pages_touched[i], memory_order_relaxed) |
         atomic_load_explicit(&pages_folded[i], memory_order_relaxed);
}

// next_used returns the first page in use at or after page, PAGES: none is.
static uint64_t next_used(uint64_t page) {
  while (page < PAGES) {
    uint64_t s = page / SUMMARY_BIT_PAGES, m = atomic_load_explicit(&summary[s / 64], memory_order_relaxed) >> s % 64;
    if (!(m & 1)) {
      page = (m ? s + (unsigned)__builtin_ctzll(m) : (s / 64 + 1) * 64) * SUMMARY_BIT_PAGES;
      continue;
    }
    uint64_t w = used_bits(page / 64) >> page % 64;
    if (w) return page + (unsigned)__builtin_ctzll(w);
    page = (page / 64 + 1) * 64;
  }
  return PAGES;
}

bool page_each(uint64_t *from, size_t most, void (*fn)(uintptr_t addr, void *arg), void *arg) {
  uint64_t page = next_used(*from);
  for (; page < PAGES && most > 0; page = next_used(page + 1), most--) fn(page * SHADOW_PAGE_APP, arg);
  *from = page;
  return page < PAGES;
}

void page_discard(uintptr_t addr) {
  page_untouch(page_number(addr));
  madvise(shadow_of(addr), SHADOW_PAGE, MADV_DONTNEED);
}

// ---- clearing ------------------------------------------------------------------------------------

static void clear_words(uintptr_t from, uintptr_t to) {
  for (struct word *w = shadow_of(from), *end = w + (to - from) / 8; w < end; w++) word_clear(w, CELL_BYTES);
}

// clear_touched clears [from, to), which lies in one page, that is touched.
static void clear_touched(uintptr_t from, uintptr_t to, bool discard) {
  uintptr_t first = (from + 7) & ~7ull, last = to & ~7ull;
  if (first > last) {  // inside one word
    word_clear(shadow_of(from), (uint8_t)((1u << (to - from)) - 1) << from % 8);
  } else {
    if (from < first) word_clear(shadow_of(from), (uint8_t)(CELL_BYTES << from % 8));
    clear_words(first, last);
    if (last < to) word_clear(shadow_of(last), (uint8_t)((1u << (to - last)) - 1));
    if (discard && to - from == SHADOW_PAGE_APP) page_discard(from);
  }
}

// clear_within clears [from, to), which lies in one page.
static void clear_within(uintptr_t from, uintptr_t to, bool discard) {
  if (!page_is_used(from)) return;
  page_lock(from);
  if (page_is_folded(from)) {
    if (to - from == SHADOW_PAGE_APP) fold_drop(from);
    else fold_open(from);
  }
  if (page_is_touched(from)) clear_touched(from, to, discard);
  page_unlock(from);
}

// skip_untouched returns the first address at or after from whose page may be in use.
static uintptr_t skip_untouched(uintptr_t from, uintptr_t to) {
  while (from < to && page_number(from) % 64 == 0 && !used_bits(page_number(from) / 64))
    from += 64ull * SHADOW_PAGE_APP;
  return from;
}

void shadow_clear(uintptr_t addr, size_t n) {
  uint8_t inside = inside_enter();
  bool discard = n >= DISCARD_PAGES * SHADOW_PAGE_APP;
  uintptr_t end = addr + n;
  while (addr < end) {
    uintptr_t next = (addr | (SHADOW_PAGE_APP - 1)) + 1;
    if (next > end) next = end;
    clear_within(addr, next, discard);
    addr = discard ? skip_untouched(next, end) : next;
  }
  inside_leave(inside);
}

// ---- fork ------------------------------------------------------------------------------------------

void shadow_lock_all(void) {
  scan_lock_all();
  page_lock_all();
  slot_lock_all();
  ginfo_lock_all();
  epoch_lock_all();
  lockset_lock_all();
  context_lock_all();
  race_alloc_lock_all();
}

void shadow_unlock_all(void) {
  race_alloc_unlock_all();
  context_unlock_all();
  lockset_unlock_all();
  epoch_unlock_all();
  ginfo_unlock_all();
  slot_unlock_all();
  page_unlock_all();
  scan_unlock_all();
}
