// SPDX-License-Identifier: Apache-2.0
// clock.c: acquire and release; clock.h states the rules.
#include "clock.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "epoch.h"
#include "learnt.h"
#include "reserve.h"
#include "single.h"
#include "slot.h"

// began_at[slot]: the clock at which the slot's present owner took it. It is written before that
// owner's first publication, so whoever knows a clock of the new owner reads its beginning here
// (ordered by the syncvar's lock that carried the clock: syncvar.h R1, A1).
static _Atomic uint32_t *began_at;

void clock_init(void) {
  if (!began_at) began_at = race_reserve(sizeof *began_at << 32);
}

void clock_start(race_g *g) {
  g->began = g->grown = g->clk;
  g->only_clk = 0;
  reserve_commit(&began_at[g->slot], sizeof *began_at);
  atomic_store_explicit(&began_at[g->slot], g->clk, memory_order_relaxed);
}

// pass_epoch ends an epoch that has no access.
static void pass_epoch(race_g *g) {
  if (g->clk == UINT32_MAX - 1) {
    slot_renew(g);
    return;
  }
  vclock_raise(&g->vc, g->slot, g->clk);
  g->clk++;
}

struct stamp clock_publish(race_g *g) {
  single_poll(g);
  for (;;) {
    uint32_t slot = g->slot;
    if (epoch_has_access(g)) epoch_end(g);
    else if (g->grown == g->clk) pass_epoch(g);
    else return (struct stamp){slot, g->clk - 1};
    if (g->slot != slot) clock_start(g);  // its clocks were used up
  }
}

void clock_fork(race_g *parent, race_g *child) {
  struct stamp s = clock_publish(parent);
  clock_learn(child, &parent->vc, s);
  child->parent_slot = s.slot;
  child->parent_clk = s.clk;
}

// stamp_is_old: the slot has had another owner since, whose clocks say nothing about this stamp.
static bool stamp_is_old(struct stamp s) {
  return atomic_load_explicit(&began_at[s.slot], memory_order_relaxed) > s.clk;
}

bool clock_covers(const race_g *g, const struct syncvar *sv) {
  struct stamp s = sv->stamp;
  if (s.clk == 0) return !sv->vc.base && sv->vc.nlate == 0;
  if (s.slot == g->slot) return s.clk >= g->began;
  return vclock_get(&g->vc, s.slot) >= s.clk && !stamp_is_old(s);
}

// has_all tells whether vc certainly holds all that g knows of other slots.
static bool has_all(const struct vclock *vc, const race_g *g) {
  struct stamp only = {g->only_slot, g->only_clk};
  if (only.clk == 0) return !g->vc.base && g->vc.nlate == 0;
  return vclock_get(vc, only.slot) >= only.clk && !stamp_is_old(only);
}

void clock_learn(race_g *g, const struct vclock *vc, struct stamp from) {
  if (has_all(vc, g)) {
    uint32_t own = vclock_get(&g->vc, g->slot);
    vclock_copy(&g->vc, vc);
    if (own) vclock_raise(&g->vc, g->slot, own);
    g->only_slot = from.slot;
    g->only_clk = from.clk;
    g->grown = g->clk;
  } else if (vclock_join(&g->vc, vc)) {
    g->only_clk = 0;
    g->grown = g->clk;
  }
  single_learned(g);
}

void clock_acquire(race_g *g, const struct syncvar *sv) {
  if (clock_covers(g, sv)) return;
  clock_learn(g, &sv->vc, sv->stamp);
  learnt_note(g, sv->addr, sv->stamp.slot, sv->stamp.clk);
}

void clock_store(race_g *g, struct syncvar *sv) {
  struct stamp now = clock_publish(g), was = sv->stamp;
  sv->stamp = now;
  // Stamped by g since it last learned something: only the own component has moved on.
  if (was.slot == now.slot && was.clk >= g->grown) {
    if (was.clk != now.clk) vclock_raise(&sv->vc, now.slot, now.clk);
  } else {
    vclock_copy(&sv->vc, &g->vc);
  }
}

void clock_merge(race_g *g, struct syncvar *sv) {
  if (clock_covers(g, sv)) {
    clock_store(g, sv);
    return;
  }
  clock_publish(g);
  vclock_join(&sv->vc, &g->vc);
  sv->stamp = (struct stamp){0, 0};
}

void clock_empty(struct syncvar *sv) {
  vclock_clear(&sv->vc);
  sv->stamp = (struct stamp){0, 0};
}

// ---- fences ----------------------------------------------------------------------------------------

void clock_saw(race_g *g, const struct syncvar *sv) {
  if (!clock_covers(g, sv)) vclock_join(&g->fence_acq, &sv->vc);
}

void clock_fence_acquire(race_g *g) {
  if (!g->fence_acq.base && !g->fence_acq.nlate) return;
  clock_learn(g, &g->fence_acq, (struct stamp){0, 0});
  vclock_clear(&g->fence_acq);
}

void clock_fence_release(race_g *g) {
  clock_publish(g);
  vclock_copy(&g->fence_rel, &g->vc);
}

// ---- on an address -----------------------------------------------------------------------------------

void g_acquire(race_g *g, uintptr_t sync) {
  struct syncvar *sv = syncvar_lock_found(sync);
  if (!sv) return;
  clock_acquire(g, sv);
  syncvar_unlock(sync);
}

void g_release(race_g *g, uintptr_t sync) {
  clock_store(g, syncvar_lock(sync));
  syncvar_unlock(sync);
}

void g_release_merge(race_g *g, uintptr_t sync) {
  clock_merge(g, syncvar_lock(sync));
  syncvar_unlock(sync);
}

void g_release_acquire(race_g *g, uintptr_t sync) {
  struct syncvar *sv = syncvar_lock(sync);
  clock_acquire(g, sv);
  clock_store(g, sv);
  syncvar_unlock(sync);
}
