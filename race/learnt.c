// SPDX-License-Identifier: Apache-2.0
// learnt.c: a ring of what a race_g learnt last.
#include "learnt.h"

#include <string.h>

#include "alloc.h"

static inline struct learnt *entry(const race_g *g, uint32_t i) { return &g->learnt[i % LEARNT_KEPT]; }

void learnt_note(race_g *g, uintptr_t object, uint32_t slot, uint32_t clk) {
  if (!g->learnt) g->learnt = race_alloc(LEARNT_KEPT * sizeof *g->learnt);
  *entry(g, g->nlearnt++) = (struct learnt){.object = object, .slot = slot, .clk = clk, .kind = LEARNT_OTHER};
}

void learnt_by_lock(race_g *g, uint32_t before, uintptr_t lock, uint8_t kind, ctx_id ctx) {
  for (uint32_t i = before; i != g->nlearnt; i++) {
    struct learnt *l = entry(g, i);
    l->object = lock;
    l->kind = kind;
    l->ctx = ctx;
  }
}

void learnt_drop(race_g *g) { race_free(g->learnt, LEARNT_KEPT * sizeof *g->learnt); }

struct meeting meeting_find(const race_g *g, uint32_t slot, uint32_t from) {
  uint32_t known = vclock_get(&g->vc, slot);
  if (!from) return (struct meeting){.how = MEETING_UNKNOWN};
  if (known < from) return (struct meeting){.how = MEETING_NEVER};
  for (uint32_t n = 1; n <= LEARNT_KEPT && n <= g->nlearnt; n++) {
    const struct learnt *l = entry(g, g->nlearnt - n);
    if (l->clk && l->slot == slot && l->clk == known) return (struct meeting){MEETING_DIRECT, *l};
  }
  if (g->parent_clk && g->parent_slot == slot && g->parent_clk == known) return (struct meeting){.how = MEETING_CREATED};
  return (struct meeting){.how = MEETING_OTHERS};
}
