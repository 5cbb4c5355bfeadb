// SPDX-License-Identifier: Apache-2.0
// misuse.c: the report of a wrong call.
#include "diag/deadlock/misuse.h"

#include <stdio.h>

#include "diag/deadlock/object.h"
#include "diag/dump/unwind.h"

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
  if (m->earlier && m->before.at) {
    if (m->before.goid) snprintf(before, sizeof before, "Goroutine %llu %s at", (unsigned long long)m->before.goid, m->earlier);
    else snprintf(before, sizeof before, "It was last %s at", m->earlier);
    part[n] = (struct report_part){.role = "earlier", .heading = before, .goid = m->before.goid, .object = (uintptr_t)m->object};
    callsite_stack(m->before.at, &part[n++].stack);
  }
  report_tell(&(struct report){.kind = REPORT_MISUSE, .rule = m->rule, .title = title, .part = part, .nparts = n});
  race_hide_end();
}
