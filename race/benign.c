// SPDX-License-Identifier: Apache-2.0
// benign.c: the list of benign memory. It is looked at when a race was found only.
//   R1: benign_add's store of the head     A1: benign_covers' load
#include "benign.h"

#include <stdatomic.h>

#include "alloc.h"

struct range {
  struct range *next;
  uintptr_t lo, hi;
};

static struct range *_Atomic ranges;

void benign_add(uintptr_t addr, size_t n) {
  struct range *r = race_alloc(sizeof *r);
  *r = (struct range){atomic_load_explicit(&ranges, memory_order_relaxed), addr, addr + n};
  while (!atomic_compare_exchange_weak_explicit(&ranges, &r->next, r, memory_order_release, memory_order_relaxed)) {  // R1
  }
}

bool benign_covers(uintptr_t addr, size_t n) {
  for (struct range *r = atomic_load_explicit(&ranges, memory_order_acquire); r; r = r->next)  // A1
    if (addr < r->hi && r->lo < addr + n) return true;
  return false;
}
