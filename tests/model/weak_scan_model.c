// SPDX-License-Identifier: Apache-2.0
// weak_scan_model.c: the scan beside who takes epochs and enters them in pages: race/scan.c, epoch.c, slot.c, and the bits of
// shadow.c, real, with batches of two ids, few pages, and pages of one word (folded ones).
//
// Whatever a scan gives back meanwhile, what a cell says stays what it said when it was entered: no id is given out twice, and no
// slot to somebody whom the entry does not happen before. A page is locked by its word here; favourites have their own model.
//
//   weak_scan no_roots    the scan does not look at what race_gs have in hand
//   weak_scan no_touch    a page is not noted before its first entry
#include "clock.h"
#include "epoch.h"
#include "fold.h"
#include "g.h"
#include "ginfo.h"
#include "limit.h"
#include "scan.h"
#include "shadow.h"
#include "slot.h"
#include "weak.h"
#include "word.h"

enum { PAGES = 2, ENTRIES = 4 };

struct page_stripe page_stripes[PAGE_STRIPES];
static struct page_user nobody;
_Thread_local struct page_self page_self = {&nobody, UINT16_MAX, true};
static struct word folds[PAGES];
static race_g *gs[WEAK_THREADS];

// What was entered in a page last; of who holds its lock.
static struct {
  uint64_t cell;
  struct epoch e;
  uint64_t goid;
} said[PAGES];

void page_lock_word(struct page_stripe *s) { spin_lock(&s->lock); }
void page_visit(struct page_stripe *s) { spin_lock(&s->lock); }
void page_favour_none(void) {}
struct word *fold_of(uintptr_t addr) { return &folds[page_number(addr) / 64]; }
bool limit_is_due(void) { return false; }
void limit_keep(void) {}
bool lockset_is_on;
void lockset_scan_begin(void) {}
void lockset_scan_end(void) {}
void lockset_keep(uint32_t id) {}
void lockset_enter_slow(uint32_t id, race_g *g) {}
void lockset_drop(race_g *g) {}
void learnt_drop(race_g *g) {}
size_t nodes_live(void) { return 0; }

void word_each(const struct word *w, void (*fn)(uint64_t cell, void *arg), void *arg) { fn(word_get(w, 0), arg); }

static uintptr_t page(int i) { return (uintptr_t)i * 64 * SHADOW_PAGE_APP; }

static void begin(void) {
  pages_touched = weak_alloc(PAGES * sizeof *pages_touched);
  pages_folded = weak_alloc(PAGES * sizeof *pages_folded);
  epoch_init();
  slot_init();
  clock_init();
  for (int t = 0; t < 3; t++) {
    gs[t] = race_g_new(NULL, ginfo_new(NULL, 1 + (uint64_t)t, 0, false));
    clock_start(gs[t]);
  }
}

// enter puts an entry of g's epoch into page i.
static void enter(race_g *g, int i) {
  uint64_t cell = epoch_open(g) | CELL_BYTES;
  page_lock(page(i));
  if (!weak_is("no_touch") && !page_is_folded(page(i))) page_set_folded(page(i), true);
  word_set(&folds[i], 0, cell);
  said[i].cell = cell;
  said[i].e = (struct epoch){g->slot, g->clk};
  said[i].goid = g->info->goid;
  page_unlock(page(i));
}

// stays: what page i says is what was meant.
static void stays(int i) {
  uint64_t cell = word_get(&folds[i], 0);
  if (!cell) return;
  struct epoch e = epoch_get(cell_epoch(cell));
  weak_check(cell == said[i].cell && e.slot == said[i].e.slot && e.clk == said[i].e.clk);
  struct ginfo *who = slot_owner(e.slot, e.clk);
  weak_check(who && who->goid == said[i].goid);
}

static void finish(void) {
  for (int i = 0; i < PAGES; i++) stays(i);
}

static void epochs(race_g *g, int n) {
  for (int i = 0; i < n; i++) {
    epoch_open(g);
    epoch_end(g);
  }
}

// One enters and goes on, one uses ids up, one scans: twice, as an id that stands in a batch is kept by the first.
static void ids(int t) {
  if (t == 0) {
    enter(gs[0], 0);
    epoch_end(gs[0]);
  } else if (t == 1) {
    epochs(gs[1], 3);
  } else {
    scan_now();
    epochs(gs[2], 3);
  }
}

// One enters what it has had in hand for long.
static void late(int t) {
  if (t == 0) {
    epoch_open(gs[0]);
    enter(gs[0], 1);
  } else if (t == 1) {
    epochs(gs[1], 2);
    enter(gs[1], 0);
  } else {
    scan_now();
    epochs(gs[2], 3);
  }
}

// Two, of whom one scans, under every interleaving.
static void pair(int t) {
  if (t == 0) {
    enter(gs[0], 0);
    epochs(gs[0], 1);
  } else {
    scan_now();
    epochs(gs[1], 2);
  }
}

// A goroutine ends with an entry, and another begins.
static void owners(int t) {
  if (t == 0) {
    enter(gs[0], 0);
    race_g_drop(gs[0]);
    return;
  }
  scan_now();
  race_g *g = race_g_new(NULL, ginfo_new(NULL, 9, 0, false));
  clock_start(g);
  enter(g, 1);
}

// What scan.c calls in slot_roots' place.
void model_roots(void (*fn)(uint32_t id, void *arg), void *arg) {
  if (!weak_is("no_roots")) slot_roots(fn, arg);
}

int main(int argc, char **argv) {
  const struct weak_model models[] = {
      {"ids", 3, begin, ids, finish, 1},
      {"late", 3, begin, late, finish, 1},
      {"pair", 2, begin, pair, finish, 0},
      {"owners", 2, begin, owners, finish, 0},
  };
  return weak_main(argc, argv, models, 4);
}
