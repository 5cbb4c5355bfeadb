// SPDX-License-Identifier: Apache-2.0
// edge.h: edges made by the thread that runs now, for the wrappers of libc's synchronization.
#ifndef CRUN_RACE_EDGE_H
#define CRUN_RACE_EDGE_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "inside.h"
#include "learnt.h"
#include "lockset.h"
#include "self.h"

static inline void edge_acquire(const volatile void *sync) {
  race_g *g = g_self();
  if (!g || g->ignores_sync) return;
  inside_begin();
  g_acquire(g, (uintptr_t)sync);
  inside_end();
}

static inline void edge_release(const volatile void *sync) {
  race_g *g = g_self();
  if (!g || g->ignores_sync) return;
  inside_begin();
  g_release(g, (uintptr_t)sync);
  inside_end();
}

static inline void edge_release_merge(const volatile void *sync) {
  race_g *g = g_self();
  if (!g || g->ignores_sync) return;
  inside_begin();
  g_release_merge(g, (uintptr_t)sync);
  inside_end();
}

// edge_is_known tells, without the syncvar's lock, that g knows what was released at sync, whose lock g holds alone: one
// that it left itself, most often.
static inline bool edge_is_known(const race_g *g, uintptr_t sync, enum lock_kind kind) {
  if (kind != LOCKED_MUTEX && kind != LOCKED_PTHREAD && kind != LOCKED_SPIN) return false;
  const struct syncvar *sv = syncvar_peek(sync);
  return sv && sv->stamp.clk && clock_covers(g, sv);
}

// edge_locked: the lock was taken, whose edges are sync's and, unless nil, also's, for the call that returns to pc.
// ctx is that of pc if it is known, else 0.
static inline void edge_locked(const volatile void *lock, const volatile void *sync, const volatile void *also,
                               enum lock_kind kind, uintptr_t pc, ctx_id ctx) {
  race_g *g = g_self();
  if (!g) return;
  inside_begin();
  if (!ctx) ctx = ctx_current(g, pc);
  uint32_t before = g->nlearnt;
  if (!g->ignores_sync && !edge_is_known(g, (uintptr_t)sync, kind)) g_acquire(g, (uintptr_t)sync);
  if (also && !g->ignores_sync) g_acquire(g, (uintptr_t)also);
  lockset_taken(g, (uintptr_t)lock, kind, ctx);
  if (g->nlearnt != before) learnt_by_lock(g, before, (uintptr_t)lock, kind, ctx);
  inside_end();
}

// edge_unlocks: the lock is about to be given up, and sync released; merge: readers do.
static inline void edge_unlocks(const volatile void *lock, const volatile void *sync, bool merge) {
  race_g *g = g_self();
  if (!g) return;
  inside_begin();
  lockset_left(g, (uintptr_t)lock);
  if (g->ignores_sync) lockset_changed(g);
  else if (merge) g_release_merge(g, (uintptr_t)sync);
  else g_release(g, (uintptr_t)sync);
  inside_end();
}

// edge_forget drops the sync objects of one that is made or destroyed.
static inline void edge_forget(const volatile void *p, size_t n) {
  uint8_t was = inside_enter();
  syncvar_forget((uintptr_t)p, n);
  inside_leave(was);
}

#endif
