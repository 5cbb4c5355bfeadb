// SPDX-License-Identifier: Apache-2.0
// slot.h: slots, the indices of vector clocks: who has which, when one can be given on, and who
// had it at a given clock.
//
// A slot is a chain in happens-before. It goes from an ended owner to a new one in two cases, both
// exact; the new owner's clocks continue above the old one's:
//   chain: the new owner's creator knows the old owner's last epoch with an access;
//   scan:  no cell of the shadow holds an epoch of the slot any more.
//
// Lock: slot_lock, a leaf but for the allocator. It also guards the list of live race_gs.
#ifndef CRUN_RACE_SLOT_H
#define CRUN_RACE_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "g.h"
#include "ginfo.h"

void slot_init(void);

// slot_take gives g a slot and its first clock, and enters g->info into the slot's history.
void slot_take(race_g *g, const race_g *creator);

// slot_retire gives g's slot back.
void slot_retire(race_g *g);

// slot_renew gives g another slot when its clock cannot be counted further; vc keeps the old one.
void slot_renew(race_g *g);

// slot_single begins the single-goroutine phase (single.h) if g, the only live one, knows the last epochs of
// all slots.
void slot_single(const race_g *g);

// slot_owner returns the info of who had slot at clk, with a reference for the caller; nil: nobody
// knows any more (no epoch of it was in the shadow when last looked).
struct ginfo *slot_owner(uint32_t slot, uint32_t clk);

// slot_owner_since tells its first clock too; 0: nobody knows.
struct ginfo *slot_owner_since(uint32_t slot, uint32_t clk, uint32_t *began);

uint32_t slot_top(void);    // one more than the largest slot in use
size_t slot_live(void);     // slots that have an owner
size_t slot_history(void);  // history entries
size_t slot_ended(void);    // those of owners that have ended

// Around fork.
void slot_lock_all(void);
void slot_unlock_all(void);

// ---- for the scan --------------------------------------------------------------------------------

// slot_scan_begin counts a scan and returns its number.
uint32_t slot_scan_begin(void);

// slot_roots calls fn for the current epoch id (0: none) of every live race_g.
void slot_roots(void (*fn)(uint32_t id, void *arg), void *arg);

// slot_prune is told the epoch units below `units` that scan `number` found (a bitmap) and drops the history
// nobody can ask for; slots without a record become free.
void slot_prune(const uint64_t *marked, uint32_t units, uint32_t number);

#endif
