// SPDX-License-Identifier: Apache-2.0
// misuse.c: the report of a wrong call.
#include "diag/deadlock/misuse.h"

#include <stdio.h>

#include "diag/deadlock/object.h"
#include "diag/dump/unwind.h"

void place_stack(const struct place *p, struct report_stack *out) {
  *out = (struct report_stack){.pc = {p->pc}, .n = p->pc != 0, .is_return = true};
  if (p->ctx) out->n = race_context_stack(p->ctx, out->pc, REPORT_PCS);
}

void place_stack_of(struct g *gp, const struct place *p, struct report_stack *out) {
  place_stack(p, out);
  if (!p->cfa || out->n != 1) return;
  struct unwound_frames now;
  unwind_frames(gp, &now);
  size_t i = 0;
  while (i < now.n && (int32_t)((uint32_t)now.cfa[i] - p->cfa) <= 0) i++;
  if (i == now.n || !unwind_same_function(p->pc, now.pc[i])) return;
  out->callers = 1;
  while (++i < now.n && out->n < REPORT_PCS) out->pc[out->n++] = now.pc[i];
}

// stack_here is the stack of the goroutine that runs, from the user's call on; what lies below that is ours.
static void stack_here(uintptr_t pc, struct report_stack *out) {
  struct unwound u;
  unwind_caller(&u);
  size_t at = 0;
  while (at < u.n && at < UNWIND_HEAD && u.head[at] != pc) at++;
  *out = (struct report_stack){.pc = {pc}, .n = 1, .is_return = true};
  for (at++; at < u.n && at < UNWIND_HEAD && out->n < REPORT_PCS; at++) out->pc[out->n++] = u.head[at];
}

void misuse_stack_here(struct report_stack *out) {
  struct unwound u;
  unwind_caller(&u);
  *out = (struct report_stack){.is_return = true};
  for (size_t at = 0; at < u.n && at < UNWIND_HEAD && out->n < REPORT_PCS; at++) out->pc[out->n++] = u.head[at];
}

void misuse_tell(const struct misuse *m) {
  char title[160], here[320], before[160];
  struct object_text object;
  struct g *gp = getg();
  struct report_part part[2];
  size_t n = 1;
  race_hide_begin();
  snprintf(title, sizeof title, "MISUSE: %s", m->title);
  snprintf(here, sizeof here, "Goroutine %llu%s%.31s%s %s%s at", (unsigned long long)gp->goid, gp->name[0] ? " \"" : "", gp->name,
           gp->name[0] ? "\"" : "", m->does, m->object ? object_text(m->object, &object) : "");
  part[0] = (struct report_part){.role = "call", .heading = here, .goid = gp->goid, .name = gp->name[0] ? gp->name : NULL,
                                 .object = (uintptr_t)m->object, .identifies = true};
  stack_here(m->pc, &part[0].stack);
  if (m->earlier && m->before.pc) {
    if (m->before.goid) snprintf(before, sizeof before, "Goroutine %llu %s at", (unsigned long long)m->before.goid, m->earlier);
    else snprintf(before, sizeof before, "It was last %s at", m->earlier);
    part[n] = (struct report_part){.role = "earlier", .heading = before, .goid = m->before.goid, .object = (uintptr_t)m->object};
    place_stack(&m->before, &part[n++].stack);
  }
  report_tell(&(struct report){.kind = REPORT_MISUSE, .rule = m->rule, .title = title, .part = part, .nparts = n});
  race_hide_end();
}
