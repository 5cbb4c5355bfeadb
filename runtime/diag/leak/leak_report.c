// SPDX-License-Identifier: Apache-2.0
// leak_report.c: one report for all leaked goroutines that were started at one place and wait at one place.
//
// Of goroutines that agree in what is cheap to see (where they were started, what for and how deep in their stacks they
// wait) one stack is unwound; then those whose stacks agree are put together. The world goes on meanwhile;
// goroutines that do not run are held back while stacks are read, and one that does not wait any more as it did is
// left out: a leaked one cannot have been woken.
#include "diag/leak/leak_report.h"

#include <stdio.h>
#include <string.h>

#include "diag/dump/dump.h"
#include "diag/dump/unwind.h"
#include "diag/leak/leak_memory.h"
#include "race/report.h"
#include "race/symbolize.h"
#include "sched/sched.h"
#include "sched/wake.h"

enum { GROUPS = 256, CHAIN = 6, TEXT = 200 };

struct group {
  const struct leaked *first;
  uintptr_t go_pc;
  uint64_t count;
  int64_t waited_ns;  // the longest
  bool dropped;
  struct report_stack stack;
  char name[32];
};

// Who was started by whom: a goroutine that is still there.
struct creation {
  uint64_t goid, parent;
  uintptr_t go_pc;
};

// All that is noted is in the search's scratch memory: from anywhere else it would lead the next search to the leaked.
struct notes {
  struct group group[GROUPS];
  size_t n;
  char title[TEXT], who[64], object[TEXT], wait[TEXT], heading[CHAIN + 2][3 * TEXT];
  struct report_part part[CHAIN + 2];
};

// ---- putting together ----------------------------------------------------------------------------------

static bool is_like(const struct group *g, const struct leaked *l) {
  const struct leaked *f = g->first;
  return g->go_pc == l->gp->go_pc && f->why == l->why && f->depth == l->depth && f->reachable == l->reachable &&
         !f->object == !l->object;
}

static void add(struct notes *k, const struct leaked *l) {
  size_t i = 0;
  while (i < k->n && !is_like(&k->group[i], l)) i++;
  if (i == GROUPS) i = GROUPS - 1;
  if (i == k->n) k->group[k->n++] = (struct group){.first = l, .go_pc = l->gp->go_pc};
  k->group[i].count++;
  if (l->waited_ns > k->group[i].waited_ns) k->group[i].waited_ns = l->waited_ns;
}

static void unwind_group(struct group *g) {
  struct g *gp = g->first->gp;
  struct unwound u;
  g->dropped = gp->goid != g->first->goid || load_acq(&gp->status) != G_WAITING || gp->waiting != g->first->waiting;
  if (g->dropped) return;
  unwind_parked(gp, &u);
  g->stack.n = u.n < UNWIND_HEAD ? u.n : UNWIND_HEAD;
  g->stack.is_return = u.first_is_return;
  memcpy(g->stack.pc, u.head, g->stack.n * sizeof *u.head);
  memcpy(g->name, gp->name, sizeof g->name);
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

// same_call: two places in the code are one call in the source, which the compiler has copied.
static bool same_call(uintptr_t a, uintptr_t b) {
  enum { INLINED = 16 };
  struct sym_frame f[INLINED], h[INLINED];
  if (a == b) return true;
  int n = symbolize_pc(a, true, f, INLINED);
  if (symbolize_pc(b, true, h, INLINED) != n) return false;
  for (int i = 0; i < n; i++)
    if (!f[i].line || f[i].line != h[i].line || f[i].col != h[i].col || !same_text(f[i].func, h[i].func) ||
        !same_text(f[i].file, h[i].file))
      return false;
  return true;
}

// outside is how many frames are crun's own before the first of the program: those differ by how a goroutine came to park.
extern const char __start_crun_text[] __attribute__((weak)), __stop_crun_text[] __attribute__((weak));
static size_t outside(const struct report_stack *s) {
  size_t i = 0;
  while (i < s->n && s->pc[i] - 1 - (uintptr_t)__start_crun_text < (uintptr_t)(__stop_crun_text - __start_crun_text)) i++;
  return i;
}

static bool same_place(const struct group *a, const struct group *b) {
  if (a->first->why != b->first->why || a->first->reachable != b->first->reachable) return false;
  if (!same_call(a->go_pc, b->go_pc)) return false;
  size_t i = outside(&a->stack), j = outside(&b->stack);
  if (a->stack.n - i != b->stack.n - j) return false;
  for (; i < a->stack.n; i++, j++)
    if (!same_call(a->stack.pc[i], b->stack.pc[j])) return false;
  return true;
}

static void put_together(struct group *g, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n && !g[i].dropped; j++) {
      if (g[j].dropped || !same_place(&g[i], &g[j])) continue;
      g[i].count += g[j].count;
      if (g[j].waited_ns > g[i].waited_ns) g[i].waited_ns = g[j].waited_ns;
      g[j].dropped = true;
    }
}

// ---- the chain of creators -----------------------------------------------------------------------------

static void is_wanted(struct g *gp, void *arg) {
  struct creation *c = arg;
  if (gp->goid == c->goid) *c = (struct creation){gp->goid, gp->parent_goid, gp->go_pc};
}

static struct creation creation_of(uint64_t goid) {
  struct creation c = {.goid = goid};
  sched_each(is_wanted, &c);
  return c;
}

// ---- telling -------------------------------------------------------------------------------------------

static const char *kind_of(enum wait_reason why) {
  switch (why) {
    case WAIT_MUTEX: return "mutex";
    case WAIT_RWMUTEX_R:
    case WAIT_RWMUTEX_W: return "rwmutex";
    case WAIT_WAITGROUP: return "waitgroup";
    case WAIT_COND: return "cond";
    case WAIT_ONCE: return "once";
    default: return "semaphore";
  }
}

static void name_channel(const struct leaked *l, char *text) {
  int n = snprintf(text, TEXT, "channel 0x%lx of ", (unsigned long)l->object);
  if (l->type) n += snprintf(text + n, TEXT - (size_t)n, "%.60s", l->type);
  else n += snprintf(text + n, TEXT - (size_t)n, "%zu bytes", l->elem_size);
  if (l->cap) snprintf(text + n, TEXT - (size_t)n, " (capacity %zu)", l->cap);
  else snprintf(text + n, TEXT - (size_t)n, " (unbuffered)");
}

static void name_object(const struct leaked *l, char *text) {
  unsigned long at = (unsigned long)l->object;
  if (!l->nobjects) snprintf(text, TEXT, "nothing that there is");
  else if (l->nobjects > 1) snprintf(text, TEXT, "one of %u channels, the first 0x%lx", l->nobjects, at);
  else if (l->of_context) snprintf(text, TEXT, "the end of context 0x%lx, which nobody has canceled", at);
  else if (l->is_chan) name_channel(l, text);
  else snprintf(text, TEXT, "%s 0x%lx", kind_of(l->why), at);
}

static void name_wait(const struct leaked *l, char *text) {
  long long minutes = l->waited_ns / 60000000000;
  if (minutes) snprintf(text, TEXT, "%s, %lld minutes", wait_reason_text(l->why), minutes);
  else snprintf(text, TEXT, "%s", wait_reason_text(l->why));
}

static const char *why_of(const struct leaked *l, const char *rule) {
  if (strcmp(rule, "left-by-test") == 0) return "after its test has ended";
  if (!l->nobjects) return "for ever";
  return l->reachable ? "at the end, when nobody can run" : "for what nobody can reach";
}

static void title_of(const struct group *g, const char *rule, char *text) {
  const char *why = why_of(g->first, rule);
  if (g->count > 1) snprintf(text, TEXT, "LEAK: %llu goroutines wait %s", (unsigned long long)g->count, why);
  else snprintf(text, TEXT, "LEAK: a goroutine waits %s", why);
}

static void name_goroutine(uint64_t goid, const char *name, char *text) {
  if (name[0]) snprintf(text, 64, "Goroutine %llu \"%s\"", (unsigned long long)goid, name);
  else snprintf(text, 64, "Goroutine %llu", (unsigned long long)goid);
}

static struct report_stack one_place(uintptr_t pc) { return (struct report_stack){.pc = {pc}, .n = 1, .is_return = true}; }

static void add_part(struct notes *k, size_t *n, struct report_part part) {
  part.heading = k->heading[*n];
  k->part[(*n)++] = part;
}

static void add_wait(struct notes *k, size_t *n, const struct group *g) {
  const struct leaked *l = g->first;
  name_wait(l, k->wait);
  name_object(l, k->object);
  snprintf(k->heading[*n], sizeof *k->heading, "%s [%s] waits for %s at", k->who, k->wait, k->object);
  add_part(k, n, (struct report_part){.role = "wait", .goid = l->goid, .name = g->name, .state = wait_reason_text(l->why),
                                      .object = l->object, .stack = g->stack, .identifies = true});
  if (!l->made.at) return;
  snprintf(k->heading[*n], sizeof *k->heading, "%s 0x%lx was made at", l->of_context ? "Context" : "Channel", (unsigned long)l->object);
  add_part(k, n, (struct report_part){.role = "made", .object = l->object, });
  callsite_stack(l->made.at, &k->part[*n - 1].stack);
}

// add_creators adds where the goroutine was started, and those who started it, as far as they are still there.
static void add_creators(struct notes *k, size_t *n, uint64_t goid) {
  for (struct creation c = creation_of(goid); *n < CHAIN + 2 && c.go_pc; c = creation_of(c.parent)) {
    snprintf(k->heading[*n], sizeof *k->heading, "%s was created by goroutine %llu at", k->who, (unsigned long long)c.parent);
    add_part(k, n, (struct report_part){.role = "created", .goid = c.goid, .stack = one_place(c.go_pc),
                                        .identifies = c.goid == goid});
    name_goroutine(c.parent, "", k->who);
  }
}

static void tell_group(struct notes *k, const struct group *g, const char *rule) {
  size_t n = 0;
  title_of(g, rule, k->title);
  name_goroutine(g->first->goid, g->name, k->who);
  add_wait(k, &n, g);
  add_creators(k, &n, g->first->goid);
  report_tell(&(struct report){.kind = REPORT_LEAK, .rule = rule, .title = k->title, .part = k->part, .nparts = n, .count = g->count,
                        .waited_s = (uint64_t)(g->waited_ns / 1000000000)});
}

void leak_report(const struct leaked *at, size_t n, const char *rule) {
  struct notes *k = scratch(sizeof *k);
  if (!k) return;
  for (size_t i = 0; i < n; i++) add(k, &at[i]);
  sched_freeze();
  for (size_t i = 0; i < k->n; i++) unwind_group(&k->group[i]);
  sched_thaw();
  put_together(k->group, k->n);
  for (size_t i = 0; i < k->n; i++)
    if (!k->group[i].dropped) tell_group(k, &k->group[i], rule);
}
