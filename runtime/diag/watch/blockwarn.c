// SPDX-License-Identifier: Apache-2.0
// blockwarn.c: CRUNDEBUG=blockwarn=30s: tells of goroutines that have waited for another one for longer.
//
// Once for each place where goroutines are started and wait, as something that is possible: it may be meant. Sleepers, who waits for
// descriptors and who waits for ever by select without cases are not looked at. Stacks are read
// while no goroutine may begin to run, a few at a time; what is told of them comes after that.
#include <stdio.h>
#include <string.h>

#include "chan/waitq.h"
#include "diag/deadlock/cycle.h"
#include "diag/dump/dump.h"
#include "diag/dump/unwind.h"
#include "diag/settings.h"
#include "diag/watch/periodic.h"
#include "race/report.h"
#include "sched/sched.h"
#include "sched/wake.h"

enum { AT_ONCE = 16 };

// What is told of one goroutine.
struct long_wait {
  uint64_t goid, parent_goid;
  char name[32];
  enum wait_reason why;
  uintptr_t object, go_pc;
  struct place locked;  // the lock that it waits for, and by whom; goid 0: it waits for no lock, or for several readers
  struct report_stack stack;
};

static struct long_wait found[AT_ONCE];  // sysmon's
static size_t nfound;

static bool waits_for_others(enum wait_reason why) {
  return why != WAIT_NONE && why != WAIT_SLEEP && why != WAIT_IO && why != WAIT_SELECT_EMPTY;
}

static void note(struct g *gp) {
  struct long_wait *b = &found[nfound++];
  *b = (struct long_wait){.goid = gp->goid, .parent_goid = gp->parent_goid, .why = gp->wait_reason, .go_pc = gp->go_pc};
  memcpy(b->name, gp->name, sizeof b->name);
  uintptr_t on = load_seq(&gp->blocked_on);
  b->object = on ? (uintptr_t)mutex_of(on) : gp->waiting ? (uintptr_t)gp->waiting->c : 0;
  if (on && waitfor_owner(gp)) b->locked = waitfor_place(mutex_of(on));
  unwind_report(gp, &b->stack);
}

static void look(struct g *gp, void *arg) {
  if (nfound == AT_ONCE || gp->is_thread || load_acq(&gp->status) != G_WAITING) return;
  int64_t since = load_rlx(&gp->wait_since_ns);
  if (gp->warned_ns == since || !waits_for_others(gp->wait_reason) || sched_waited_ns(gp) < settings.blockwarn) return;
  gp->warned_ns = since;
  note(gp);
}

static void tell(const struct long_wait *b) {
  char name[40] = "", owner[48] = "", title[80], wait[200], locked[64], created[80];
  if (b->name[0]) snprintf(name, sizeof name, " \"%s\"", b->name);
  snprintf(title, sizeof title, "BLOCKED LONG: goroutine %llu has waited for more than %lld ms", (unsigned long long)b->goid,
           (long long)(settings.blockwarn / 1000000));
  unsigned long long by = (unsigned long long)b->locked.goid;
  if (by) snprintf(owner, sizeof owner, " for goroutine %llu", by);
  snprintf(wait, sizeof wait, "Goroutine %llu%s [%s] waits%s at", (unsigned long long)b->goid, name, wait_reason_text(b->why), owner);
  snprintf(locked, sizeof locked, "Goroutine %llu locked what it waits for at", by);
  snprintf(created, sizeof created, "Goroutine %llu%s created by goroutine %llu at", (unsigned long long)b->goid, name,
           (unsigned long long)b->parent_goid);
  struct report_part part[3];
  size_t n = 0;
  part[n++] = (struct report_part){.role = "wait", .heading = wait, .goid = b->goid, .name = b->name, .state = wait_reason_text(b->why),
                                   .object = b->object, .stack = b->stack, .identifies = true};
  if (by) {
    part[n] = (struct report_part){.role = "acquire", .heading = locked, .goid = b->locked.goid, .object = b->object};
    callsite_stack(b->locked.at, &part[n++].stack);
  }
  if (b->go_pc)
    part[n++] = (struct report_part){.role = "created", .heading = created, .goid = b->goid, .name = b->name,
                                     .stack = {.pc = {b->go_pc}, .n = 1, .is_return = true}, .identifies = true};
  struct report r = {.kind = REPORT_MISUSE, .rule = "blocked-long", .title = title, .part = part, .nparts = n, .possible = true};
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
