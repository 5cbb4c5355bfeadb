// SPDX-License-Identifier: Apache-2.0
// cycle.c: the report of a wait-for cycle.
#include "diag/deadlock/cycle.h"

#include <stdio.h>
#include <string.h>

#include "diag/deadlock/misuse.h"
#include "diag/deadlock/object.h"
#include "diag/dump/unwind.h"
#include "race/race.h"
#include "sched/wake.h"

static const char *const words[] = {
    [BLOCKED_MUTEX] = "mutex",     [BLOCKED_ONCE] = "once",    [BLOCKED_WRITER] = "rwmutex",
    [BLOCKED_READERS] = "rwmutex", [BLOCKED_READ] = "rwmutex",
};

static const char *const states[] = {
    [BLOCKED_MUTEX] = "sync.Mutex.Lock",       [BLOCKED_ONCE] = "sync.Once.Do",      [BLOCKED_WRITER] = "sync.RWMutex.Lock",
    [BLOCKED_READERS] = "sync.RWMutex.Lock",   [BLOCKED_READ] = "sync.RWMutex.RLock",
};

// ---- names ------------------------------------------------------------------------------------------------

// lock_text names a lock by its kind, its variable, if it is one, and its address.
static const char *lock_text(uintptr_t on, char out[256]) {
  struct object_text object;
  snprintf(out, 256, "%s%s", words[kind_of(on)], object_text(mutex_of(on), &object));
  return out;
}

// stack_of is gp's stack, or if that cannot be read, that of its call `at`.
static struct report_stack stack_of(struct g *gp, callsite at) {
  struct report_stack s;
  unwind_report(gp, &s);
  if (!s.n) callsite_stack(at, &s);
  return s;
}

// ---- a cycle ----------------------------------------------------------------------------------------------

void cycle_member(struct member *m, struct g *gp, uintptr_t on, uintptr_t held) {
  *m = (struct member){.g = gp, .on = on, .held = held};
  if (gp->name[0]) snprintf(m->name, sizeof m->name, " \"%s\"", gp->name);
  m->locked = kind_of(held) == BLOCKED_READERS ? waitfor_read_place(gp, rwmutex_of(held)) : waitfor_place(mutex_of(held));
  m->owner = kind_of(on) == BLOCKED_READERS ? 0 : owner_goid(mutex_of(on));
}

static struct report_part part_of(const struct member *m, const char *role, const char *heading, uintptr_t on) {
  return (struct report_part){.role = role, .heading = heading, .goid = m->g->goid, .name = m->g->name[0] ? m->g->name : NULL,
                              .object = (uintptr_t)mutex_of(on)};
}

static struct report_part wait_part(struct member *m) {
  char lock[256], owner[64] = "";
  const char *state = states[kind_of(m->on)];
  const char *as = kind_of(m->on) == BLOCKED_READ ? "whose writer is" : "held by";
  if (m->owner) snprintf(owner, sizeof owner, ", %s goroutine %llu,", as, (unsigned long long)m->owner);
  snprintf(m->wait, sizeof m->wait, "Goroutine %llu%s [%s] waits for %s%s%s at", (unsigned long long)m->g->goid, m->name, state,
           m->owner ? "" : "the readers of ", lock_text(m->on, lock), owner);
  struct report_part p = part_of(m, "wait", m->wait, m->on);
  p.state = state;
  p.identifies = true;
  p.stack = stack_of(m->g, m->g->blocked_at);
  return p;
}

static struct report_part hold_part(struct member *m) {
  char lock[256];
  const char *did = kind_of(m->held) == BLOCKED_READ ? "is the writer of" : "locked";
  snprintf(m->hold, sizeof m->hold, "Goroutine %llu%s %s %s%s at", (unsigned long long)m->g->goid, m->name, did,
           lock_text(m->held, lock), kind_of(m->held) == BLOCKED_READERS ? " for reading" : "");
  struct report_part p = part_of(m, "acquire", m->hold, m->held);
  callsite_stack(m->locked.at, &p.stack);
  return p;
}

// is_one_rwmutex: all of several wait for the same one: a reader reads again behind a writer that waits for it.
static bool is_one_rwmutex(const struct cycle *c) {
  for (uint32_t i = 1; i < c->n; i++)
    if (mutex_of(c->member[i].on) != mutex_of(c->member[0].on)) return false;
  return c->total > 1;
}

static bool has_rwmutex(const struct cycle *c) {
  for (uint32_t i = 0; i < c->n; i++)
    if (kind_of(c->member[i].on) >= BLOCKED_WRITER) return true;
  return false;
}

static const char *rule_of(const struct cycle *c) {
  if (is_one_rwmutex(c)) return "read-write-read";
  if (c->total > 1) return has_rwmutex(c) ? "rwmutex-cycle" : "mutex-cycle";
  switch (kind_of(c->member[0].on)) {
    case BLOCKED_ONCE: return "once-reentry";
    case BLOCKED_READERS: return "rwmutex-upgrade";
    default: return "self-deadlock";
  }
}

static void title_of(const struct cycle *c, const char *rule, char out[128]) {
  static const char *const titles[][2] = {
      {"read-write-read", "DEADLOCK: a goroutine reads a rwmutex again behind a writer that waits for it"},
      {"once-reentry", "DEADLOCK: the function of a once calls that once"},
      {"rwmutex-upgrade", "DEADLOCK: a goroutine that reads a rwmutex locks it for writing"},
      {"self-deadlock", "DEADLOCK: a goroutine waits for a lock that it holds"},
  };
  snprintf(out, 128, "DEADLOCK: %u goroutines wait for each other's locks", c->total);
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    if (strcmp(titles[i][0], rule) == 0) snprintf(out, 128, "%s", titles[i][1]);
}

void cycle_tell(struct cycle *c) {
  char title[128];
  const char *rule = rule_of(c);
  title_of(c, rule, title);
  race_hide_begin();
  sched_freeze();
  for (uint32_t i = 0; i < c->n; i++) {
    c->member[i].g->told_stuck = true;
    c->part[2 * i] = wait_part(&c->member[i]);
    c->part[2 * i + 1] = hold_part(&c->member[i]);
  }
  sched_thaw();
  report_tell(&(struct report){.kind = REPORT_DEADLOCK, .rule = rule, .title = title, .part = c->part, .nparts = 2 * c->n,
                               .count = c->total});
  race_hide_end();
}

void cycle_tell_ended(struct g *gp, uintptr_t on) {
  char lock[256], wait[320], hold[80];
  struct report_part part[2];
  const char *state = states[kind_of(on)];
  race_hide_begin();
  sched_freeze();
  uint64_t owner = owner_goid(mutex_of(on));
  gp->told_stuck = true;
  snprintf(wait, sizeof wait, "Goroutine %llu [%s] waits for %s at", (unsigned long long)gp->goid, state, lock_text(on, lock));
  snprintf(hold, sizeof hold, "Goroutine %llu, which has ended, locked it at", (unsigned long long)owner);
  part[0] = (struct report_part){.role = "wait", .heading = wait, .goid = gp->goid, .state = state, .object = (uintptr_t)mutex_of(on),
                                 .identifies = true, .stack = stack_of(gp, gp->blocked_at)};
  part[1] = (struct report_part){.role = "acquire", .heading = hold, .goid = owner, .object = (uintptr_t)mutex_of(on),
                                 .stack = {.n = 0}};
  struct place locked = waitfor_place(mutex_of(on));
  callsite_stack(locked.at, &part[1].stack);
  sched_thaw();
  report_tell(&(struct report){.kind = REPORT_DEADLOCK, .rule = "owner-ended", .part = part, .nparts = 2, .count = 1,
                               .title = "DEADLOCK: a goroutine ended without unlocking what others wait for"});
  race_hide_end();
}
