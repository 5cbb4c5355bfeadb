// SPDX-License-Identifier: Apache-2.0
// asleep.c: the record of a program that has died because all its goroutines were asleep; its text is the dump.
#include <stdio.h>
#include <stdlib.h>

#include "chan/waitq.h"
#include "diag/dump/dump.h"
#include "diag/dump/unwind.h"
#include "race/report.h"
#include "sched/sched.h"

enum { ASLEEP_TOLD = 64 };

struct asleep {
  struct report_part part[ASLEEP_TOLD];
  char heading[ASLEEP_TOLD][128];
  size_t n;
  uint64_t all;
};

static void add(struct g *gp, void *arg) {
  struct asleep *a = arg;
  if (load_acq(&gp->status) != G_WAITING || a->all++ >= ASLEEP_TOLD) return;
  const char *state = wait_reason_text(gp->wait_reason);
  char *heading = a->heading[a->n];
  snprintf(heading, sizeof a->heading[0], "Goroutine %llu [%s] waits at", (unsigned long long)gp->goid, state);
  struct report_part *p = &a->part[a->n++];
  *p = (struct report_part){.role = "wait", .heading = heading, .goid = gp->goid, .name = gp->name[0] ? gp->name : NULL,
                            .state = state, .identifies = true};
  if (gp->waiting) p->object = (uintptr_t)gp->waiting->c;
  unwind_report(gp, &p->stack);
}

void asleep_record(void) {
  struct asleep *a = calloc(1, sizeof *a);
  if (!a) return;
  sched_each(add, a);
  report_tell(&(struct report){.kind = REPORT_DEADLOCK, .rule = "all-asleep", .title = "all goroutines are asleep", .part = a->part,
                               .nparts = a->n, .count = a->all, .record_only = true});
  free(a);
}
