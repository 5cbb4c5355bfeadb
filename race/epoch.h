// SPDX-License-Identifier: Apache-2.0
// epoch.h: epoch ids: 31 bits in a cell that stand for (slot, clock).
//
// Ids come in pairs, 2u and 2u+1, of one meaning. A race_g begins an epoch under the even one, and goes on under the
// odd one if the locks that it holds change: an id has one set of them (lockset.h). What is given out, kept, marked
// and given back is the unit u.
//
// An epoch is what a race_g does between two releases. It gets an id at its first access, so a
// release after no access costs none. An id is in use while a cell of the shadow or a race_g's `cur`
// holds it; the scan (scan.h) finds out and gives the others back. Ids are handed out in batches.
#ifndef CRUN_RACE_EPOCH_H
#define CRUN_RACE_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "g.h"

enum { EPOCH_BITS = 31, EPOCH_SHIFT = 64 - EPOCH_BITS };

#define EPOCH_LIMIT 0x7fff8000u  // ids are below; as an epoch, what is above marks a node (word.h)

struct epoch {
  uint32_t slot, clk;
};

// The table by unit, in columns: whether an epoch is my own slot's is asked most, at random ids, and
// reads two bytes. An entry is written before its id is in any cell.
struct epoch_table {
  uint16_t *slot_low;
  uint32_t *clk;
  uint16_t *slot_high;  // touched once there are slots beyond 65535
  bool high;            // there are
};
extern struct epoch_table epoch_table;

static inline uint32_t epoch_unit(uint32_t id) { return id >> 1; }

static inline uint32_t epoch_slot(uint32_t id) {
  uint32_t low = __atomic_load_n(&epoch_table.slot_low[epoch_unit(id)], __ATOMIC_RELAXED);
  if (__builtin_expect(!epoch_table.high, 1)) return low;
  return low | (uint32_t)__atomic_load_n(&epoch_table.slot_high[epoch_unit(id)], __ATOMIC_RELAXED) << 16;
}

static inline struct epoch epoch_get(uint32_t id) {
  return (struct epoch){epoch_slot(id), __atomic_load_n(&epoch_table.clk[epoch_unit(id)], __ATOMIC_RELAXED)};
}

void epoch_init(void);

// epoch_limit makes ids run out after so many units (a test's: CRUNRACE=epoch_limit), so that a scan must give some back
// before the next. If all are in use there are twice as many from then on.
void epoch_limit(uint32_t units);

// epoch_open gives g's current epoch an id if it has none. It may scan: hold no lock of race/.
uint64_t epoch_open_slow(race_g *g);

static inline uint64_t epoch_open(race_g *g) {
  uint64_t cur = __atomic_load_n((uint64_t *)&g->cur, __ATOMIC_RELAXED);
  return cur ? cur : epoch_open_slow(g);
}

// epoch_split makes g, which had an access, go on under another id of the same epoch: the set of locks that it holds
// has changed. It returns the id; 0: the next access gets one.
static inline uint32_t epoch_split(race_g *g) {
  uint64_t odd = 1ull << EPOCH_SHIFT, cur = __atomic_load_n((uint64_t *)&g->cur, __ATOMIC_RELAXED);
  uint64_t next = cur & odd ? 0 : cur | odd;
  g->split = !next;
  __atomic_store_n((uint64_t *)&g->cur, next, __ATOMIC_RELEASE);  // R2
  return (uint32_t)(next >> EPOCH_SHIFT);
}

// epoch_has_access tells whether g had an access in its current epoch.
static inline bool epoch_has_access(const race_g *g) {
  return __atomic_load_n((uint64_t *)&g->cur, __ATOMIC_RELAXED) || g->split;
}

// epoch_end is called by a release of g, before the clock is published: if the current epoch has an
// access, it goes into g->vc under g's slot and the next one begins; else nothing changes, and g->vc
// is published as it is. True: an epoch ended.
bool epoch_end(race_g *g);

// epoch_forget makes every epoch so far one that everybody is ordered after (a forked child: its
// parent's other threads are no more).
void epoch_forget(void);

// Around fork.
void epoch_lock_all(void);
void epoch_unlock_all(void);

// ---- for the scan ------------------------------------------------------------------------------

// epoch_scan_begin starts a scan: ids handed out from now on are kept, as is every id in a batch.
// Returns the mark bitmap, by unit, the scan's alone until the end.
uint64_t *epoch_scan_begin(void);

// epoch_scan_end frees what is not marked; returns how many units are in use.
uint32_t epoch_scan_end(void);

// epoch_top is one more than the largest unit ever handed out.
uint32_t epoch_top(void);

uint32_t epoch_live(void);       // units in use after the last scan
uint64_t epoch_allocated(void);  // units handed out since the last scan began

#endif
