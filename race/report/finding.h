// SPDX-License-Identifier: Apache-2.0
// finding.h: a finding: all that is known of a race, ready to be written in any format.
#ifndef CRUN_RACE_FINDING_H
#define CRUN_RACE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "stack.h"
#include "variable.h"

enum { FINDING_GOROUTINES = 2 * (GINFO_ANCESTORS + 1) };

struct side {
  const struct race_access *access;
  unsigned flags;  // as the access has them, but for an earlier write that was a free: that has ACCESS_FREE,
  uintptr_t addr;  // and the whole block's address and size
  size_t size;
  uint64_t hash;   // of what it does and where
  struct stack stack;
  size_t nheld;    // of the locks held at the access, those that may be told
  const struct held_lock *held[LOCKSET_MAX];
};

struct finding {
  char id[17];         // the same in every run: 16 hexadecimal digits
  uintptr_t addr;      // of the first byte that both access
  struct side current, previous;
  struct variable variable;
  size_t ngoroutines;  // those of the two sides, each followed by its ancestors
  struct ginfo *goroutine[FINDING_GOROUTINES];
  struct meeting meeting;
  struct stack created;  // scratch of the writers: one creation stack at a time
};

// access_kind is "write", "read", "atomic write", "atomic read" or "free".
const char *access_kind(unsigned flags);

// side_hash makes s->hash of what s does and where in the source, by its flags and its stack.
void side_hash(struct side *s);

// finding_id writes the id of a race between two sides, in either order, by their hashes.
void finding_id(const struct side *a, const struct side *b, char id[17]);

#endif
