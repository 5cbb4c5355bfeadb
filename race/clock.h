// SPDX-License-Identifier: Apache-2.0
// clock.h: what acquire and release do to the clock of a race_g.
//
// An access of g is recorded at (g->slot, g->clk). A release publishes g->vc, whose own component is
// that of the last ended epoch. The rule that makes it exact is when an epoch ends:
//
//     an access was recorded in it, or vc learned something in it:   end it, then publish
//     neither:                                                       publish again what was published
//
// To publish the current epoch and stay in it would order accesses yet to come (a race missed); to
// end one for each release would burn clocks under locks that guard nothing. The second condition is
// for stamps: the stamp (slot, clk) is given to one content of vc only, so whoever knows clk of slot
// knows all of it, and an acquire of it may be skipped.
//
// What an earlier owner of a slot stamped says nothing about the present owner's vc. So each slot has
// the clock at which its present owner began, and an older stamp lets nobody skip.
//
// Mostly a clock that is acquired covers all that the acquirer knew: a mutex that goes from hand to
// hand among 100,000 goroutines. A race_g whose knowledge of others came with one stamp (g->only_*)
// sees that at a glance and takes the other clock over, by reference, instead of joining it.
//
// Nothing here locks g: a race_g belongs to the thread that runs it, or to whoever completes the
// operation of a parked one. A syncvar is passed under its lock. tests/unit/race/clock_test.c holds
// all of this against explicit sets of past events.
#ifndef CRUN_RACE_CLOCK_H
#define CRUN_RACE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "g.h"
#include "syncvar.h"

// clock_init reserves the table of slots' beginnings.
void clock_init(void);

// clock_start sets up a race_g that was just given its slot; clock_fork orders what parent did so far
// before all that child will do.
void clock_start(race_g *g);
void clock_fork(race_g *parent, race_g *child);

// clock_publish ends g's epoch if it must, so that g->vc may be given to others; it returns the stamp.
struct stamp clock_publish(race_g *g);

// clock_covers tells whether g certainly knows all that sv holds.
bool clock_covers(const race_g *g, const struct syncvar *sv);

// clock_learn makes g know vc, which was published with stamp from (clk 0: with none, or several).
void clock_learn(race_g *g, const struct vclock *vc, struct stamp from);

// ---- on a syncvar under its lock ----------------------------------------------------------------

void clock_acquire(race_g *g, const struct syncvar *sv);  // g learns what sv holds
void clock_store(race_g *g, struct syncvar *sv);          // sv holds g's clock, and nothing else
void clock_merge(race_g *g, struct syncvar *sv);          // sv holds g's clock too
void clock_empty(struct syncvar *sv);                     // sv holds nothing

// ---- fences: see atomic.c -------------------------------------------------------------------------

// clock_saw notes what a relaxed load saw; clock_fence_acquire makes g know all that was noted.
void clock_saw(race_g *g, const struct syncvar *sv);
void clock_fence_acquire(race_g *g);

// clock_fence_release remembers g's clock, which relaxed stores then publish.
void clock_fence_release(race_g *g);

// ---- on an address: lock, look up, act ------------------------------------------------------------

void g_acquire(race_g *g, uintptr_t sync);
void g_release(race_g *g, uintptr_t sync);
void g_release_merge(race_g *g, uintptr_t sync);
void g_release_acquire(race_g *g, uintptr_t sync);

#endif
