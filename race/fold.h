// SPDX-License-Identifier: Apache-2.0
// fold.h: pages all of whose words remember the same, in one word and without any shadow.
//
// Arrays are mostly accessed whole, by loops whose check is one of a range. A page that nobody has accessed yet, and that
// a range covers, is folded: what its 256 words would remember is in one word of a table by page, and the rule (access.h)
// is applied to that for as long as accesses cover the page. The first one that covers a part opens it: the words
// get what the fold had. An opened page is not folded again before it is cleared.
//
// Invariants: 1. a folded page is not touched, and its shadow is all zero: no hit is found there, and whoever finds an
//   empty word asks page_touch before he believes it.
//   2. a fold has cells or a list (word.h), so that opening needs no roster.
// All is under the page's lock; page_is_folded may be asked without.
#ifndef CRUN_RACE_FOLD_H
#define CRUN_RACE_FOLD_H

#include "shadow.h"
#include "word.h"

void fold_init(void);

struct word *fold_of(uintptr_t addr);

// fold_begin folds a page that is neither touched nor folded, with one cell.
void fold_begin(uintptr_t addr, uint64_t cell);

// fold_open gives the words of a folded page what the fold had: the page is touched from then on.
void fold_open(uintptr_t addr);

// fold_drop forgets a folded page.
void fold_drop(uintptr_t addr);

// fold_has_room: one more access makes no more of the fold than a list.
static inline bool fold_has_room(const struct word *f) {
  uint64_t c1 = word_get(f, 1);
  return !cell_is_node(c1) || node_of(c1)->used < NODE_LIST - 1;
}

#endif
