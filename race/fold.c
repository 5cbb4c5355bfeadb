// SPDX-License-Identifier: Apache-2.0
// fold.c: the table of folds.
#include "fold.h"

#include "alloc.h"
#include "reserve.h"

static struct word *folds;  // by page; read-only after init

void fold_init(void) { folds = race_reserve(SHADOW_SIZE / SHADOW_PAGE * sizeof *folds); }

struct word *fold_of(uintptr_t addr) { return &folds[page_number(addr)]; }

void fold_begin(uintptr_t addr, uint64_t cell) {
  struct word *f = fold_of(addr);
  reserve_commit(f, sizeof *f);
  word_set(f, 0, cell);
  page_set_folded(addr, true);
}

void fold_drop(uintptr_t addr) {
  word_clear(fold_of(addr), CELL_BYTES);
  page_set_folded(addr, false);
}

void fold_open(uintptr_t addr) {
  struct word *f = fold_of(addr), *w = shadow_of(addr & ~(uintptr_t)(SHADOW_PAGE_APP - 1));
  uint64_t first = word_get(f, 0);
  struct bag b;
  bag_init(&b);
  bag_take(&b, f);
  word_set(f, 0, 0);
  word_set(f, 1, 0);
  page_set_folded(addr, false);
  page_set_touched(addr);
  for (int i = 0; i < SHADOW_PAGE_WORDS; i++) word_store(w + i, &b, first);
  bag_free(&b);
}
