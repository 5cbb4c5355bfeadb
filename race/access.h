// SPDX-License-Identifier: Apache-2.0
// access.h: the check of an access against what memory remembers, and what it remembers of it.
//
// A cell:   [ epoch id 31 | context 23 | atomic 1 | read 1 | bytes 8 ]      0: nothing
//
// An access that finds a cell of its own epoch with its bytes and a kind that covers its own is done
// (a hit): no lock, no store. Otherwise, under the page's lock, it is compared with each entry on its
// bytes. With `ordered` = the entry's clock is in my vector clock:
//
//     one writes, not both atomic, not ordered     -> a race is found; the entry has served
//     ordered, and my kind covers the entry's      -> those bytes of the entry are dropped
//     else                                         -> the entry stays
//
// then it is entered itself. Kinds, by what they conflict with: a plain write covers all, a plain
// read and an atomic write (or read-modify-write) each cover an atomic read.
#ifndef CRUN_RACE_ACCESS_H
#define CRUN_RACE_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "context.h"
#include "g.h"
#include "ginfo.h"
#include "learnt.h"
#include "lockset.h"
#include "shadow.h"
#include "word.h"

enum access_flags {
  ACCESS_READ = 0,
  ACCESS_WRITE = 1,
  ACCESS_ATOMIC = 2,
  ACCESS_FREE = 4,  // with WRITE: memory is given back; for the report of this access only
};

// access_check checks an access of size bytes (1..64, any alignment) that g makes at pc. The signal
// handlers' rule and race_hidden are the caller's for g != race_cur; it honours them for race_cur.
void access_check(race_g *g, uintptr_t addr, size_t size, unsigned flags, uintptr_t pc);

// The entry points' own: g is race_cur, and the kind comes as in a cell. access_check_within: the
// access stays in its word, and its bytes come too (access_check_word is given the word; access_read_word is for plain reads,
// access_check_word for all others).
// access_check_across: at most 16 bytes.
void access_check_word(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc, struct word *w);
void access_read_word(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc, struct word *w);
static inline void access_check_within(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  if ((kind_bytes & CELL_KIND) == CELL_READ) access_read_word(g, addr, kind_bytes, pc, shadow_of(addr));
  else access_check_word(g, addr, kind_bytes, pc, shadow_of(addr));
}
// access_keep_within is for a use of a lock, which is kept in the single-goroutine phase too: misuse tells of the last one.
void access_keep_within(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc);
void access_check_across(race_g *g, uintptr_t addr, size_t size, uint64_t kind, uintptr_t pc);

// range_check does the same for n bytes, any n, under one lock for each shadow page.
void range_check(race_g *g, uintptr_t addr, size_t n, unsigned flags, uintptr_t pc);

// row_check does it for n bytes that are accesses of `each` bytes, one behind the other.
void row_check(race_g *g, uintptr_t addr, size_t n, size_t each, unsigned flags, uintptr_t pc);

// ---- findings: what SHADOW tells REPORT --------------------------------------------------------

struct race_access {
  uintptr_t addr;     // of the first racing byte's access: where this access began
  unsigned size;      // bytes of it within this word (the earlier one), or its whole size (mine)
  unsigned flags;     // enum access_flags
  struct ginfo *who;  // nil: no longer known
  ctx_id ctx;
  unsigned byte;      // for ctx_stack
  const struct lockset *locks;  // held at it, nil: none
};

struct race_report {
  struct race_access current, previous;
  struct meeting meeting;  // the last by which the current one learnt of the previous one
};

// report_race is REPORT's. It is called with no lock of race/ held, race_inside clear, for every
// race found on a word; telling apart what was reported before is its business. The infos and
// the sets of locks are valid during the call.
void report_race(const struct race_report *r);

// access_tells_each_byte has report_race called for each byte with a race, also where one access finds the same
// pair of code places on many: for tests.
extern bool access_tells_each_byte;

// access_all_told waits, for some seconds at most, until other threads have told the races that they
// found: for the end of the process.
void access_all_told(void);

#endif
