// SPDX-License-Identifier: Apache-2.0
// vclock.h: vector clocks that are exact, know no limit of slots, and cost little while slots are few.
//
// A vclock maps every slot (a line of execution) to the clock up to which its past is known; a slot
// never mentioned maps to 0. The value is a shared base plus at most VCLOCK_LATE entries that are
// newer than the base:
//
//     struct vclock        base (refs 3)                       all zero is a valid, empty clock
//     +-----------+        +-----------------------------+
//     | base     -+------->| dense: clk[0 .. cap)        |     slots < VCLOCK_DENSE
//     | late[0..3)|        +-----------------------------+
//     +-----------+        | tree: radix 32, any depth   |     a slot beyond that occurs
//                          +-----------------------------+
//
// `seen` makes a join with a tree cost what has changed in it since the last one, not its size: where
// the two trees share a node, this clock covers it already.
//
// A base with more than one reference is immutable; copies share it, and who must change it copies
// what changes (a dense array whole, a tree along one path). So a clock handed to 100,000 goroutines
// costs each of them this struct and no more. A base with one reference is changed in place.
//
// A vclock itself is guarded by its owner (a race_g's own thread, a sync object's lock). Only bases
// are shared between threads, through their atomic reference count:
//   R1: the decrement by which a thread gives up a base     A1: the load that finds the count at 1
//   (A1 makes the changes in place that R1's reads must not see).
//
// Rejected: dense alone (10^5 live goroutines: 40 GB), the tree alone (a lock pair over 64 slots
// 1150 ns against 14), a persistent list of late entries instead of three in place (a pointer chase
// for each access check).
#ifndef CRUN_RACE_VCLOCK_H
#define CRUN_RACE_VCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  VCLOCK_DENSE = 4096,  // a clock whose slots all lie below this is one array
  VCLOCK_LATE = 3,
};

struct vclock_base;

struct vclock_late {
  uint32_t slot, clk;
};

struct vclock {
  struct vclock_base *base;               // nil: all zero
  struct vclock_base *seen;               // a tree joined before: what it shares with another is known
  uint32_t nlate;                         // entries in use
  struct vclock_late late[VCLOCK_LATE];   // distinct slots, each newer than the base
};

// vclock_get returns the clock of slot.
uint32_t vclock_get(const struct vclock *vc, uint32_t slot);

// vclock_raise makes the clock of slot at least clk; false: it was already.
bool vclock_raise(struct vclock *vc, uint32_t slot, uint32_t clk);

// vclock_join makes dst the least upper bound of dst and src; false: dst covered src already (true
// may be said of an equal clock).
bool vclock_join(struct vclock *dst, const struct vclock *src);

// vclock_copy makes dst equal to src. It shares src's base, unless dst has an array of its own to
// copy into: two threads that hand a lock to and fro then allocate nothing.
void vclock_copy(struct vclock *dst, const struct vclock *src);

// vclock_covers tells whether every clock in a is at least that in b.
bool vclock_covers(const struct vclock *a, const struct vclock *b);

// vclock_clear makes vc empty and gives its memory back.
void vclock_clear(struct vclock *vc);

// vclock_fold moves the late entries into the base, so that there is room for new ones.
void vclock_fold(struct vclock *vc);

// vclock_bytes is what vc would cost if it shared nothing, for tests and benchmarks.
size_t vclock_bytes(const struct vclock *vc);

// vclock_is_valid walks vc and checks what its functions rely on.
bool vclock_is_valid(const struct vclock *vc);

#endif
