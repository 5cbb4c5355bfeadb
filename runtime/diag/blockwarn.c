// SPDX-License-Identifier: Apache-2.0
// blockwarn.c: CRUNDEBUG=blockwarn=30s: tells of goroutines that have waited for another one for longer.
//
// Once for each place where goroutines are started and wait, as something that is possible: it may be meant. Sleepers, who waits for
// descriptors and who waits for ever by select without cases are not looked at. Stacks are read
// while no goroutine may begin to run, a few at a time; what is told of them comes after that.
#include <stdio.h>
#include <string.h>

#include "diag/dump.h"
#include "diag/periodic.h"
#include "diag/settings.h"
#include "diag/unwind.h"
#include "race/report.h"
#include "sched.h"
#include "waitq.h"
#include "wake.h"

enum { AT_ONCE = 16 };

// What is told of one goroutine.
struct blocked {
  uint64_t goid, parent_goid;
  char name[32];
  enum wait_reason why;
  uintptr_t object, go_pc;
  struct unwound stack;
};

static struct blocked found[AT_ONCE];  // sysmon's
static size_t nfound;

static bool waits_for_others(enum wait_reason why) {
  return why != WAIT_NONE && why != WAIT_SLEEP && why != WAIT_IO && why != WAIT_SELECT_EMPTY;
}

static void note(struct g *gp) {
  struct blocked *b = &found[nfound++];
  *b = (struct blocked){.goid = gp->goid, .parent_goid = gp->parent_goid, .why = gp->wait_reason, .go_pc = gp->go_pc};
  memcpy(b->name, gp->name, sizeof b->name);
  b->object = gp->waiting ? (uintptr_t)gp->waiting->c : 0;
  unwind_parked(gp, &b->stack);
}

static void look(struct g *gp, void *arg) {
  if (nfound == AT_ONCE || gp->is_thread || load_acq(&gp->status) != G_WAITING) return;
  int64_t since = load_rlx(&gp->wait_since_ns);
  if (gp->warned_ns == since || !waits_for_others(gp->wait_reason) || sched_waited_ns(gp) < settings.blockwarn) return;
  gp->warned_ns = since;
  note(gp);
}

static void stack_of(const struct unwound *u, struct report_stack *s) {
  s->n = u->n < REPORT_PCS ? u->n : REPORT_PCS;
  if (s->n > UNWIND_HEAD) s->n = UNWIND_HEAD;
  memcpy(s->pc, u->head, s->n * sizeof *s->pc);
  s->is_return = u->first_is_return;
}

static void tell(const struct blocked *b) {
  char name[40] = "", title[80], wait[160], created[80];
  if (b->name[0]) snprintf(name, sizeof name, " \"%s\"", b->name);
  snprintf(title, sizeof title, "BLOCKED LONG: goroutine %llu has waited for more than %lld ms", (unsigned long long)b->goid,
           (long long)(settings.blockwarn / 1000000));
  snprintf(wait, sizeof wait, "Goroutine %llu%s [%s] waits at", (unsigned long long)b->goid, name, wait_reason_text(b->why));
  snprintf(created, sizeof created, "Goroutine %llu%s created by goroutine %llu at", (unsigned long long)b->goid, name,
           (unsigned long long)b->parent_goid);
  struct report_part part[2] = {
      {.role = "wait", .heading = wait, .goid = b->goid, .name = b->name, .state = wait_reason_text(b->why),
       .object = b->object, .identifies = true},
      {.role = "created", .heading = created, .goid = b->goid, .name = b->name,
       .stack = {.pc = {b->go_pc}, .n = 1, .is_return = true}, .identifies = true},
  };
  stack_of(&b->stack, &part[0].stack);
  struct report r = {.kind = REPORT_MISUSE, .rule = "blocked-long", .title = title, .part = part,
                     .nparts = b->go_pc ? 2 : 1, .possible = true};
  report_tell(&r);
}

void blockwarn(void) {
  do {
    nfound = 0;
    sched_freeze();
    sched_each(look, NULL);
    sched_thaw();
    for (size_t i = 0; i < nfound; i++) tell(&found[i]);
  } while (nfound == AT_ONCE);
}
