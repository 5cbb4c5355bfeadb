// SPDX-License-Identifier: Apache-2.0
// scan.c: the mark scan over the shadow, run by the threads that trip a threshold, while all
// others go on. It goes in pieces, a part of the pages each, with work of the program's between them: nobody is
// stopped for longer than one takes.
//
//   1. slot_scan_begin, epoch_scan_begin: from here on new ids and new owners are kept
//   2. roots: the current epoch of every race_g
//   3. every page in use, one at a time under its lock: the epochs of its entries; a page that has
//      none left is given back
//   4. epoch_scan_end: what is not marked is free; slot_prune: owners and slots without a record
//
// epoch.c says why nothing that anybody can still hold is freed. The scan drops no entry: even while
// a single race_g lives, one that it is ordered after may race with a timer's callback armed before.
//
// Lock: scan_lock, above all others of race/; who finds it held and only wanted to help goes on.
#include "scan.h"

#include <sched.h>
#include <stdatomic.h>

#include "epoch.h"
#include "fold.h"
#include "g.h"
#include "inside.h"
#include "limit.h"
#include "shadow.h"
#include "slot.h"
#include "spin.h"
#include "word.h"

enum {
  AT_LEAST = 1 << 16,        // epochs between two scans
  ENDED_AT_LEAST = 1 << 15,  // or ended owners of slots: what ends without an access makes no epoch
  PIECES = 32,               // a scan is made of so many, or of fewer
  PIECE_PAGES = 1 << 12,     // of so many pages at least
};

static struct spin scan_lock;
static _Atomic uint64_t scans;
static _Atomic uint64_t threshold = AT_LEAST;
static _Atomic uint64_t ended_threshold = ENDED_AT_LEAST;

struct marking {
  uint64_t *bits;
  uint32_t last;   // marked a moment ago: neighbours have the same epoch
  bool any;        // this page has an entry
};

static inline void mark_id(struct marking *m, uint32_t id) {
  uint32_t unit = epoch_unit(id);
  if (unit == m->last) return;
  m->last = unit;
  m->bits[unit / 64] |= 1ull << unit % 64;
}

static void mark_root(uint32_t id, void *arg) { mark_id(arg, id); }

static void mark_cell(uint64_t c, void *arg) { mark_id(arg, cell_epoch(c)); }

static void mark_word(struct word *w, struct marking *m) {
  if (!word_get(w, 0)) return;
  m->any = true;
  word_each(w, mark_cell, m);
}

static void mark_page(uintptr_t addr, void *arg) {
  struct marking *m = arg;
  page_visit(page_stripe_of(addr));
  if (page_is_folded(addr)) {
    mark_word(fold_of(addr), m);
  } else if (page_is_touched(addr)) {
    m->any = false;
    struct word *w = shadow_of(addr);
    for (int i = 0; i < SHADOW_PAGE_WORDS; i++) mark_word(w + i, m);
    if (!m->any) page_discard(addr);
  }
  page_unlock(addr);
}

// ---- a scan, in pieces -------------------------------------------------------------------------------

static struct {
  bool on;           // it has begun
  uint32_t number;
  struct marking m;
  uint64_t page;     // pages below were visited
} under_way;         // under scan_lock

static _Atomic uint64_t next_piece;  // when what has gone by since the scan began comes to this; 0: none is under way

static uint64_t gone_by(void) { return epoch_allocated() + slot_ended(); }

static void begin_locked(void) {
  under_way.on = true;
  under_way.page = 0;
  under_way.number = slot_scan_begin();
  under_way.m = (struct marking){.bits = epoch_scan_begin()};
  slot_roots(mark_root, &under_way.m);
}

static void end_locked(void) {
  uint32_t units = epoch_top();
  uint64_t live = epoch_scan_end(), words = shadow_touched() * SHADOW_PAGE_WORDS;
  slot_prune(under_way.m.bits, units, under_way.number);
  uint64_t next = live > words ? live / 8 : words / 8;
  atomic_store_explicit(&threshold, next > AT_LEAST ? next : AT_LEAST, memory_order_relaxed);
  uint64_t ended = 2 * slot_ended();
  atomic_store_explicit(&ended_threshold, ended > ENDED_AT_LEAST ? ended : ENDED_AT_LEAST, memory_order_relaxed);
  under_way.on = false;
  atomic_store_explicit(&next_piece, 0, memory_order_relaxed);
  limit_keep();
  atomic_fetch_add_explicit(&scans, 1, memory_order_relaxed);
}

// piece_locked goes over so many pages, and ends the scan if there are no more.
static void piece_locked(size_t pages) {
  if (!under_way.on) begin_locked();
  page_favour_none();
  if (!page_each(&under_way.page, pages, mark_page, &under_way.m)) {
    end_locked();
    return;
  }
  uint64_t apart = atomic_load_explicit(&threshold, memory_order_relaxed) / (PIECES * 8);
  atomic_store_explicit(&next_piece, gone_by() + apart, memory_order_relaxed);
}

static size_t piece_pages(void) {
  size_t part = shadow_touched() / PIECES;
  return part > PIECE_PAGES ? part : PIECE_PAGES;
}

static bool is_due(void) {
  uint64_t piece = atomic_load_explicit(&next_piece, memory_order_relaxed);
  if (piece) return gone_by() >= piece || limit_is_due();
  return epoch_allocated() >= atomic_load_explicit(&threshold, memory_order_relaxed) ||
         slot_ended() >= atomic_load_explicit(&ended_threshold, memory_order_relaxed) || limit_is_due();
}

void scan_if_due(void) {
  if (!is_due()) return;
  uint8_t inside = inside_enter();
  if (spin_trylock(&scan_lock)) {
    if (is_due()) piece_locked(limit_is_due() ? SIZE_MAX : piece_pages());
    spin_unlock(&scan_lock);
  }
  inside_leave(inside);
}

void scan_now(void) {
  uint8_t inside = inside_enter();
  while (!spin_trylock(&scan_lock)) sched_yield();
  if (under_way.on) piece_locked(SIZE_MAX);
  piece_locked(SIZE_MAX);
  spin_unlock(&scan_lock);
  inside_leave(inside);
}

bool scan_is_under_way(void) { return atomic_load_explicit(&next_piece, memory_order_relaxed) != 0; }
uint64_t scan_count(void) { return atomic_load_explicit(&scans, memory_order_relaxed); }

void scan_lock_all(void) {
  while (!spin_trylock(&scan_lock)) sched_yield();
}

void scan_unlock_all(void) { spin_unlock(&scan_lock); }
