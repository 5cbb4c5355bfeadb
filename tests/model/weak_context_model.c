// SPDX-License-Identifier: Apache-2.0
// weak_context_model.c: the table of calling contexts, race/context.c, whose readers take no lock: threads intern the same
// contexts and others at once, while the indices grow, and read what they find.
#include <string.h>

#include "context.h"
#include "g.h"
#include "weak.h"

enum { DEPTH = 2 };

static struct frame frames[WEAK_THREADS][DEPTH + 1];
static race_g gs[WEAK_THREADS];
static ctx_id got[WEAK_THREADS][2], both[WEAK_THREADS];

static void call(race_g *g, uintptr_t from, uintptr_t function) { *++g->sp = (struct frame){from, function, 0, 0}; }

static void begin(void) {
  context_init();
  for (int t = 0; t < WEAK_THREADS; t++) {
    frames[t][0].node = NODE_ROOT;
    gs[t].base = gs[t].sp = frames[t];
  }
  call(&gs[3], 0x7000, 0x8000);  // the next two make the indices grow
  ctx_current(&gs[3], 0x9000);
}

static void is(ctx_id id, uintptr_t pc, uintptr_t call_pc) {
  uintptr_t pcs[4];
  weak_check(ctx_stack(id, 0, pcs, 4, NULL) == 2 && pcs[0] == pc && pcs[1] == call_pc);
}

// contexts: the same function of all, each at the same place and at one of its own.
static void contexts(int t) {
  race_g *g = &gs[t];
  call(g, 0x1000, 0x2000);
  got[t][0] = ctx_current(g, 0x3000);
  is(got[t][0], 0x3000, 0x1000);
  if (t != 1) return;
  got[t][1] = ctx_current(g, 0x4000);
  is(got[t][1], 0x4000, 0x1000);
}

static void contexts_ended(void) {
  weak_check(got[0][0] == got[1][0] && got[0][0] == got[2][0] && got[1][1] != got[0][0]);
  weak_check(ctx_nodes() == 2);
}

static void calls(int t) {
  race_g *g = &gs[t];
  call(g, 0x1000 + 0x10 * (uintptr_t)t, 0x2000);
  got[t][0] = ctx_current(g, 0x3000);
  is(got[t][0], 0x3000, 0x1000 + 0x10 * (uintptr_t)t);
}

static void calls_ended(void) { weak_check(got[0][0] != got[1][0] && ctx_nodes() == 3); }

// composites: of two contexts that both have.
static void composites_begin(void) {
  begin();
  for (int i = 0; i < 2; i++) got[0][i] = ctx_current(&gs[3], 0x5000 + (uintptr_t)i);
}

static void composites(int t) {
  bool ok;
  both[t] = ctx_composite(got[0][0], 0x0f, got[0][1], 0xf0, &ok);
  weak_check(ok && ctx_of_byte(both[t], 0) == got[0][0] && ctx_of_byte(both[t], 7) == got[0][1]);
}

static void composites_ended(void) { weak_check(both[0] == both[1] && ctx_composites() == 1); }

int main(int argc, char **argv) {
  const struct weak_model models[] = {
      {"contexts", 3, begin, contexts, contexts_ended, 2},
      {"calls", 2, begin, calls, calls_ended, 0},
      {"composites", 2, composites_begin, composites, composites_ended, 0},
  };
  return weak_main(argc, argv, models, 3);
}
