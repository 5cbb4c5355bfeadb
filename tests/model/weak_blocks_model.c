// SPDX-License-Identifier: Apache-2.0
// weak_blocks_model.c: the table of the heap's blocks, race/block_table.h: who asks for a report about a block that is freed
// and allocated again at the same moment finds one of the two, or none, and never one's size with the other's goroutine.
//
//   weak_blocks in_place   the first word stays while the second changes
#include "block_table.h"
#include "heap.h"
#include "weak.h"

enum { AT = 0x400, OLD = 1, NEW = 2 };

_Atomic uint64_t *_Atomic block_table;
_Atomic uintptr_t *block_reaching;
_Atomic uint8_t *block_regions;
bool hidden_owns(const void *p) { return false; }
void block_reach(uintptr_t p, size_t n) {}

static void enter(int which) {
  if (weak_is("in_place") && entry_get(AT)) {
    entry_set(AT + GRAIN, (uint64_t)which << GOID_SHIFT | SECOND);
    entry_publish(AT, (uint64_t)which * 8 << SIZE_SHIFT | (uint64_t)which << CTX_SHIFT | LIVE);
  } else {
    block_enter(AT, (size_t)which * 8, (uint64_t)which, (uint64_t)which << GOID_SHIFT);
  }
}

static void begin(void) {
  block_table = weak_alloc(2048);
  block_reaching = weak_alloc(64);
  block_regions = weak_alloc(64);
  enter(OLD);
}

// is_one: all of b is of one block.
static void is_one(const struct heap_block *b) {
  weak_check(b->start == AT && b->size == b->goid * 8 && b->allocated == b->goid);
  weak_check(b->freed == (b->is_freed ? 5 : 0));
}

static uintptr_t address(void) { return AT; }

static void run(int t) {
  struct heap_block b;
  uint64_t e, second;
  if (t == 0) {
    block_leave(AT, 5);
    enter(NEW);
    block_leave(AT, 5);
  } else if (t == 1) {
    if (heap_find(address(), &b)) is_one(&b);
    if (heap_find_freed(address(), 5, &b)) is_one(&b);
  } else if (block_read(AT, &e, &second)) {
    weak_check(e >> SIZE_SHIFT == (second >> GOID_SHIFT & GOID_MAX) * 8);
  }
}

static void nothing(void) {}

int main(int argc, char **argv) {
  const struct weak_model models[] = {{"blocks", 3, begin, run, nothing, 0}};
  return weak_main(argc, argv, models, 1);
}
