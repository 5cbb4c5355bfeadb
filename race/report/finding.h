// SPDX-License-Identifier: Apache-2.0
// finding.h: a finding: all that is known of a race, ready to be written in any format.
#ifndef CRUN_RACE_FINDING_H
#define CRUN_RACE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "heap.h"
#include "symbolize.h"

enum { STACK_PCS = 128, STACK_FRAMES = 256, FINDING_GOROUTINES = 2 * (GINFO_ANCESTORS + 1) };

// A stack, symbolized, innermost first.
struct stack {
  size_t n;
  bool folded;  // levels of recursion are left out
  struct sym_frame frame[STACK_FRAMES];
};

struct side {
  const struct race_access *access;
  struct stack stack;
};

// What kind of memory the address lies in.
enum where { WHERE_UNKNOWN, WHERE_GLOBAL, WHERE_HEAP, WHERE_STACK };

struct place {
  enum where where;
  struct sym_data global;
  struct heap_block block;
  struct stack allocated;       // WHERE_HEAP
  const struct ginfo *owner;    // WHERE_STACK
};

struct finding {
  char id[17];         // the same in every run: 16 hexadecimal digits
  uintptr_t addr;
  struct side current, previous;
  struct place place;
  size_t ngoroutines;  // those of the two sides, each followed by its ancestors
  struct ginfo *goroutine[FINDING_GOROUTINES];
  struct stack created;  // scratch of the writers: one creation stack at a time
};

// finding_count is the number of findings reported.
size_t finding_count(void);

// finding_close writes the closing line, once.
void finding_close(void);

// stack_of symbolizes a context and leaves out crun's own frames.
void stack_of(ctx_id ctx, unsigned byte, struct stack *out);

// access_kind is "write", "read", "atomic write", "atomic read" or "free".
const char *access_kind(unsigned flags);

// finding_id writes the id of a race between two sides: of what they do and where in the source, in
// either order.
void finding_id(const struct side *a, const struct side *b, char id[17]);

#endif
