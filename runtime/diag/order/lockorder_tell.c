// SPDX-License-Identifier: Apache-2.0
// lockorder_tell.c: a cycle of requests in words: for each what it waits for, and where it got what the one
// before wants.
#include "diag/order/lockorder_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag/order/lockstack.h"
#include "race/race.h"
#include "race/report.h"
#include "race/symbolize.h"

enum { PARTS = 3 * GRAPH_CYCLE + 2, HEADING = 160, NAME = 32 };

struct telling {
  struct report report;
  uint32_t n;
  struct report_part part[PARTS];
  char heading[PARTS][HEADING], name[PARTS][NAME], title[HEADING];
};

static const char *kind_of(const struct lock_graph *g, const struct lock_use *u) {
  bool rw = u->mode != LOCK_MUTEX;
  if (graph_is_foreign(g, u->lock)) return rw ? "pthread rwlock" : "pthread lock";
  return rw ? "rwmutex" : "mutex";
}
static const char *verb_of(enum lock_mode m) { return is_shared(m) ? "read-locks" : "locks"; }

struct who {
  uint64_t goid;
  const char *name;  // empty: none
};

// write_who writes "Goroutine 7 "feed"".
static void write_who(struct who w, char *out, size_t size) {
  if (w.name[0]) snprintf(out, size, "Goroutine %llu \"%s\"", (unsigned long long)w.goid, w.name);
  else snprintf(out, size, "Goroutine %llu", (unsigned long long)w.goid);
}

// add makes a part of the heading that is written already.
static void add(struct telling *t, struct who w, const char *role, uintptr_t object, uint32_t at) {
  struct report_part *p = &t->part[t->n];
  memcpy(t->name[t->n], w.name, NAME);
  *p = (struct report_part){.role = role, .heading = t->heading[t->n], .goid = w.goid, .object = object, .identifies = true,
                            .name = w.name[0] ? t->name[t->n] : NULL};
  lockstack_read(at, &p->stack);
  t->n++;
}

// say_wait: r waits for what it wants, in its role.
static void say_wait(struct telling *t, const struct lock_graph *g, const struct request *r, const char *role) {
  char name[64];
  uintptr_t lock = graph_addr(g, r->want.lock);
  write_who((struct who){r->goid, r->name}, name, sizeof name);
  snprintf(t->heading[t->n], HEADING, "%s %s %s 0x%012lx%s at", name, verb_of(r->want.mode), kind_of(g, &r->want), lock,
           strcmp(role, "writer") == 0 ? " (readers wait behind a writer)" : "");
  add(t, (struct who){r->goid, r->name}, role, lock, r->want.at);
}

static void say_hold(struct telling *t, const struct lock_graph *g, struct who w, const struct lock_use *h) {
  uintptr_t lock = graph_addr(g, h->lock);
  snprintf(t->heading[t->n], HEADING, "while it holds %s 0x%012lx%s, locked at", kind_of(g, h), lock,
           is_shared(h->mode) ? " for reading" : "");
  add(t, w, "hold", lock, h->at);
}

static void say_step(struct telling *t, const struct lock_graph *g, const struct cycle *c, uint32_t i) {
  say_wait(t, g, c->step[i], "wait");
  say_hold(t, g, (struct who){c->step[i]->goid, c->step[i]->name}, &c->step[i]->held[c->hold[i]]);
  if (c->writer[i]) say_wait(t, g, c->writer[i], "writer");
}

static struct telling *telling_new(void) {
  race_hide_begin();
  struct telling *t = malloc(sizeof *t);
  race_hide_end();
  if (t) t->n = 0;
  return t;
}

struct telling *telling_of(const struct lock_graph *g, const struct cycle *c) {
  struct telling *t = telling_new();
  if (!t) return NULL;
  for (uint32_t i = 0; i < c->n; i++) say_step(t, g, c, i);
  if (c->n == 1) snprintf(t->title, HEADING, "POSSIBLE DEADLOCK: a goroutine read-locks twice, and a writer can come in between");
  else snprintf(t->title, HEADING, "POSSIBLE DEADLOCK: %u goroutines can wait for each other's locks", c->n);
  t->report = (struct report){.kind = REPORT_LOCK_ORDER, .rule = c->n == 1 ? "read-recursion" : "lock-order-cycle",
                              .title = t->title, .part = t->part, .nparts = t->n, .possible = true};
  return t;
}

// say_operation: op would end the wait, and needs a lock first.
static void say_operation(struct telling *t, const struct lock_graph *g, const struct deed *op, const struct taken *needed) {
  char name[64];
  struct who does = {op->goid, op->name};
  write_who(does, name, sizeof name);
  snprintf(t->heading[t->n], HEADING, "%s can end the wait at", name);
  add(t, does, "operation", 0, op->at);
  uintptr_t lock = graph_addr(g, needed->use.lock);
  snprintf(t->heading[t->n], HEADING, "but needs %s 0x%012lx first, which it %s at", kind_of(g, &needed->use), lock,
           verb_of(needed->use.mode));
  add(t, does, "acquire", lock, needed->use.at);
}

struct telling *telling_of_wait(const struct lock_graph *g, const struct hang *h) {
  struct telling *t = telling_new();
  char name[64];
  if (!t) return NULL;
  struct who waits = {h->wait->goid, h->wait->name};
  write_who(waits, name, sizeof name);
  snprintf(t->heading[t->n], HEADING, "%s waits at", name);
  add(t, waits, "wait", 0, h->wait->at);
  say_hold(t, g, waits, &h->held->use);
  say_operation(t, g, h->op, h->needed);
  if (h->through.n && h->through.writer[0]) say_wait(t, g, h->through.writer[0], "writer");
  for (uint32_t i = 1; i < h->through.n; i++) say_step(t, g, &h->through, i);
  snprintf(t->title, HEADING, "POSSIBLE DEADLOCK: a goroutine waits with a lock that another needs to end the wait");
  t->report = (struct report){.kind = REPORT_LOCK_ORDER, .rule = "lock-held-while-waiting", .title = t->title,
                              .part = t->part, .nparts = t->n, .possible = true};
  return t;
}

// drop_start leaves out what lies below the first function of the user's.
static void drop_start(struct report_stack *s) {
  struct sym_frame f[16];
  while (s->n > 1 && symbolize_is_start(&f[symbolize_pc(s->pc[s->n - 1], true, f, 16) - 1])) s->n--;
}

void telling_tell(struct telling *t) {
  race_hide_begin();
  for (uint32_t i = 0; i < t->n; i++) drop_start(&t->part[i].stack);
  report_tell(&t->report);
  free(t);
  race_hide_end();
}
