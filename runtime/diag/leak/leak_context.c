// SPDX-License-Identifier: Apache-2.0
// leak_context.c: contexts that nobody can cancel any more, which a search for leaks finds and reports.
//
// Who derives a context is to cancel it, or to give it back. When no pointer leads to it from anything that runs, may run again,
// or is leaked itself, nobody ever will: it stays in its parent's list until that is canceled, mostly for ever. That is told,
// unless its end will come by itself: it, or one above it, has a deadline or is canceled.
//
// To be in the list of a context that somebody can get at is not enough to be canceled alone. So what contexts know of each other is
// hidden from the search, and it goes along them itself: what it finds so is read, and wakes who waits for it, but stays unmarked. A context that
// is unmarked in the end has no pointer to it.
#include <stdio.h>

#include "diag/leak/leak_report.h"
#include "diag/leak/leak_state.h"
#include "race/race.h"
#include "race/report.h"
#include "sync/context.h"

enum { TEXT = 160, GROUPS = 64 };

static uint32_t search;         // its number
static hidden_context to_follow;

// context_in is the context that a block holds; nil: it holds none.
static struct cr_context *context_in(uintptr_t start, uintptr_t end) {
  struct cr_context *ctx = (struct cr_context *)start;
  if (end - start < sizeof *ctx || end - start > 2 * sizeof *ctx) return NULL;  // an allocator rounds up
  return ctx->self == hide_context(ctx) ? ctx : NULL;
}

// come_to is true the first time that the search comes to ctx.
static bool come_to(struct cr_context *ctx) {
  if (ctx->search == search) return false;
  ctx->search = search;
  ctx->search_next = to_follow;
  to_follow = hide_context(ctx);
  return true;
}

void leak_context_begin(void) {
  search++;
  to_follow = 0;
}

void leak_context_block(uintptr_t start, uintptr_t end) {
  struct cr_context *ctx = context_in(start, end);
  if (!ctx) return;
  come_to(ctx);
  leak_mark_word((uintptr_t)parent_of(ctx));  // who has one that derives is taken to know what from
}

bool leak_context_follow(void) {
  bool more = to_follow != 0;
  for (struct cr_context *ctx; (ctx = show_context(to_follow));) {
    to_follow = ctx->search_next;
    for (struct cr_context *child = show_context(ctx->children); child; child = show_context(child->next))
      if (come_to(child)) leak_mark_linked((uintptr_t)child);
  }
  return more;
}

// ---- what is left ---------------------------------------------------------------------------------------

// is_lost: ctx is not canceled, and will not be.
static bool is_lost(const struct cr_context *ctx) {
  if (ctx->kind != CONTEXT_CANCEL || load_rlx(&ctx->refs) == 0 || ctx->deadline_ns != NO_DEADLINE) return false;
  for (; ctx; ctx = canceler_of(parent_of(ctx)))
    if (load_rlx(&ctx->err)) return false;
  return true;
}

static void count_lost(uintptr_t start, uintptr_t end) {
  const struct cr_context *ctx = context_in(start, end);
  if (ctx && is_lost(ctx)) leak.s->nlost++;
}

static void add_lost(uintptr_t start, uintptr_t end) {
  const struct cr_context *ctx = context_in(start, end);
  if (!ctx || !is_lost(ctx)) return;
  struct lost_context *l = &leak.s->lost[leak.s->nlost++];
  for (; ctx->parent && l->nlinks < LOST_CHAIN; ctx = parent_of(ctx))
    l->link[l->nlinks++] = (struct lost_link){(uintptr_t)ctx, ctx->done.made};
}

void leak_context_collect(void) {
  index_each_open(count_lost);
  leak.s->lost = scratch(leak.s->nlost * sizeof *leak.s->lost);
  leak.s->nlost = 0;
  if (leak.s->lost) index_each_open(add_lost);
}

// ---- telling --------------------------------------------------------------------------------------------

// same_way: two contexts were made at one place each, and so were all above them.
static bool same_way(const struct lost_context *a, const struct lost_context *b) {
  if (a->nlinks != b->nlinks) return false;
  for (size_t i = 0; i < a->nlinks; i++)
    if (callsite_pc(a->link[i].made.at) != callsite_pc(b->link[i].made.at)) return false;
  return true;
}

struct notes {
  char title[TEXT], heading[LOST_CHAIN][TEXT];
  struct report_part part[LOST_CHAIN];
  struct lost_group {
    const struct lost_context *first;
    uint64_t count;
  } group[GROUPS];
  size_t ngroups;
};

static void add_part(struct notes *k, const struct lost_link *l, size_t i) {
  unsigned long at = (unsigned long)l->ctx;
  unsigned long long by = (unsigned long long)l->made.goid;
  if (i == 0) snprintf(k->heading[i], TEXT, "Context 0x%lx was made by goroutine %llu at", at, by);
  else snprintf(k->heading[i], TEXT, "It derives from context 0x%lx, which goroutine %llu made at", at, by);
  k->part[i] = (struct report_part){.role = i ? "parent" : "derived", .heading = k->heading[i], .goid = l->made.goid, .object = l->ctx,
                                    .identifies = i == 0};
  callsite_stack(l->made.at, &k->part[i].stack);
}

static void tell(struct notes *k, const struct lost_group *g) {
  const struct lost_context *l = g->first;
  if (g->count == 1) snprintf(k->title, TEXT, "MISUSE: a context was never canceled, and nobody can get at it to do so");
  else snprintf(k->title, TEXT, "MISUSE: %llu contexts were never canceled, and nobody can get at them to do so", (unsigned long long)g->count);
  for (size_t i = 0; i < l->nlinks; i++) add_part(k, &l->link[i], i);
  report_tell(&(struct report){.kind = REPORT_MISUSE, .rule = "context-never-canceled", .title = k->title, .part = k->part,
                               .nparts = l->nlinks, .count = g->count});
}

// put adds a context to those that were made as it was; when there are too many ways, to the last one.
static void put(struct notes *k, const struct lost_context *l) {
  size_t i = 0;
  while (i < k->ngroups && !same_way(k->group[i].first, l)) i++;
  if (i == GROUPS) i = GROUPS - 1;
  if (i == k->ngroups) k->group[k->ngroups++].first = l;
  k->group[i].count++;
}

void leak_report_contexts(const struct lost_context *at, size_t n) {
  struct notes *k = n ? scratch(sizeof *k) : NULL;
  if (!k) return;
  for (size_t i = 0; i < n; i++) put(k, &at[i]);
  for (size_t i = 0; i < k->ngroups; i++) tell(k, &k->group[i]);
}
