// SPDX-License-Identifier: Apache-2.0
// variable.h: what an address is: a global, a thread-local, a heap block, somebody's stack.
#ifndef CRUN_RACE_VARIABLE_H
#define CRUN_RACE_VARIABLE_H

#include <stdint.h>

#include "ginfo.h"
#include "heap.h"
#include "stack.h"
#include "race/symbolize.h"

enum where { WHERE_UNKNOWN, WHERE_GLOBAL, WHERE_TLS, WHERE_HEAP, WHERE_STACK };

struct variable {
  enum where where;
  struct sym_data data;        // WHERE_GLOBAL and WHERE_TLS
  size_t offset;               // of the address in it or in the block
  struct heap_block block;     // WHERE_HEAP
  struct stack allocated;      // WHERE_HEAP: where it was allocated; empty: unknown
  struct stack freed;          // WHERE_HEAP, freed: where; empty: unknown
  const struct ginfo *owner;   // WHERE_STACK and WHERE_TLS: whose; nil: unknown
};

// variable_find fills out for size bytes at addr. who are the goroutines and threads that the report is
// about, current (may be nil) the one that runs here. freed_at is where a block that held addr
// was freed, if one of the accesses was that, else 0.
void variable_find(uintptr_t addr, size_t size, struct ginfo *const *who, size_t n, const struct ginfo *current,
                   ctx_id freed_at, struct variable *out);

#endif
