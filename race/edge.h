// SPDX-License-Identifier: Apache-2.0
// edge.h: edges made by the thread that runs now, for the wrappers of libc's synchronization.
#ifndef CRUN_RACE_EDGE_H
#define CRUN_RACE_EDGE_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "inside.h"
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

// edge_forget drops the sync objects of one that is made or destroyed.
static inline void edge_forget(const volatile void *p, size_t n) {
  uint8_t was = inside_enter();
  syncvar_forget((uintptr_t)p, n);
  inside_leave(was);
}

#endif
