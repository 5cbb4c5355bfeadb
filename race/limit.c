// SPDX-License-Identifier: Apache-2.0
// limit.c: keeps the detector's own memory within a limit; limit.h has the order in which things go.
//
// Dropping a page's entries is what giving memory back to the program does (shadow_clear): an entry that is not there
// is an access that was never seen. So nothing that is told is wrong.
#include "limit.h"

#include <stdatomic.h>

#include "alloc.h"
#include "context.h"
#include "epoch.h"
#include "lockset.h"
#include "shadow.h"

static size_t limit;  // read-only after the start; 0: none
static _Atomic uint32_t stage;
static _Atomic uint64_t dropped;
static size_t looked;          // under scan_lock, read without: what was in use then
static uint64_t cursor;        // under scan_lock: pages below were dropped in this round

void limit_set(size_t mb) { limit = mb << 20; }

enum limit_stage limit_stage(void) { return atomic_load_explicit(&stage, memory_order_relaxed); }
uint64_t limit_dropped(void) { return atomic_load_explicit(&dropped, memory_order_relaxed); }

size_t limit_used(void) {
  enum { EPOCH_BYTES = 6, CTX_BYTES = 40 };
  return shadow_touched() * SHADOW_PAGE + race_alloc_bytes() + (size_t)epoch_top() * EPOCH_BYTES + ctx_count() * CTX_BYTES;
}

// Without the sum of all: pages are what grows between scans.
bool limit_is_due(void) {
  if (__builtin_expect(!limit, 1)) return false;
  enum { MORE = 1 << 20 };
  size_t more = limit / 16 > MORE ? limit / 16 : MORE;
  size_t pages = shadow_touched() * SHADOW_PAGE, was = __atomic_load_n(&looked, __ATOMIC_RELAXED);
  return pages > limit / 2 && pages > was + more;
}

static void drop_page(uintptr_t addr, void *left) {
  if (page_is_folded(addr)) return;  // has next to nothing
  shadow_clear(addr, SHADOW_PAGE_APP);
  atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
  --*(size_t *)left;
}

// drop_history drops pages, from where the last round ended, until three quarters of the limit are in use.
static void drop_history(size_t used) {
  size_t had = shadow_touched(), too_many = (used - limit / 4 * 3) / SHADOW_PAGE + 1;
  size_t left = too_many < had ? too_many : had;
  if (page_each(&cursor, left, drop_page, &left)) return;
  cursor = 0;
  page_each(&cursor, left, drop_page, &left);
}

void limit_keep(void) {
  if (!limit) return;
  size_t used = limit_used();
  if (used > limit) {
    enum limit_stage now = limit_stage() < LIMIT_HISTORY ? limit_stage() + 1 : LIMIT_HISTORY;
    atomic_store_explicit(&stage, now, memory_order_relaxed);
    if (now == LIMIT_LOCKS) lockset_stop();
    else if (now == LIMIT_STACKS) ctx_stop();
    else drop_history(used);
  }
  __atomic_store_n(&looked, shadow_touched() * SHADOW_PAGE, __ATOMIC_RELAXED);
}

void limit_note(struct text *t) {
  static const char *const what[] = {"", "locks held are not told", "locks held and callers are not told",
                                     "locks held and callers are not told, and races may be missed"};
  enum limit_stage s = limit_stage();
  if (s == LIMIT_NONE) return;
  text_addf(t, "memory_limit_mb=%zu was reached: %s", limit >> 20, what[s]);
  if (s == LIMIT_HISTORY) text_addf(t, " (the history of %llu KB was dropped)",
                                    (unsigned long long)limit_dropped() * SHADOW_PAGE_APP / 1024);
  text_add(t, "\n");
}
