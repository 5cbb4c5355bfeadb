// SPDX-License-Identifier: Apache-2.0
// told.c: report_tell: what the runtime found, in text and as a record.
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "output.h"
#include "own_stack.h"
#include "suppress.h"
#include "tell.h"

static struct set seen_pcs;   // under the lock of tell.h, as the next
static struct stack scratch;  // one part's stack at a time; what libdw said is remembered by pc

static const char *kind_name(enum report_kind kind) {
  static const char *const names[] = {
      [REPORT_DEADLOCK] = "deadlock",
      [REPORT_LEAK] = "leak",
      [REPORT_LOCK_ORDER] = "lock-order",
      [REPORT_MISUSE] = "misuse",
  };
  return names[kind];
}

// place_of_part is the part of the stack that is certain; callers_of_part the rest.
static const struct stack *place_of_part(const struct report_part *p) {
  stack_symbolize(p->stack.pc, p->stack.callers, p->stack.is_return, &scratch);
  return &scratch;
}

static const struct stack *callers_of_part(const struct report_part *p) {
  stack_symbolize(p->stack.pc + p->stack.callers, p->stack.n - p->stack.callers, true, &scratch);
  return &scratch;
}

static const struct stack *stack_of_part(const struct report_part *p) {
  stack_symbolize(p->stack.pc, p->stack.n < REPORT_PCS ? p->stack.n : REPORT_PCS, p->stack.is_return, &scratch);
  return &scratch;
}

// ---- the same as before ----------------------------------------------------------------------------------

// part_hashes adds up a hash of each part that identifies, so that their order is nothing.
static uint64_t part_hashes(const struct report *r, uint64_t (*hash)(const struct report_part *)) {
  uint64_t sum = 0;
  for (size_t i = 0; i < r->nparts; i++)
    if (r->part[i].identifies) sum += hash(&r->part[i]);
  uint64_t h = hash_string(hash_string(HASH_START, kind_name(r->kind)), r->rule);
  return hash_add(h, &sum, sizeof sum);
}

static uint64_t hash_pcs(const struct report_part *p) {
  return hash_add(HASH_START, p->stack.pc, p->stack.n * sizeof *p->stack.pc);
}

static uint64_t hash_of_place(const struct report_part *p) { return hash_place(HASH_START, stack_of_part(p)); }

// ---- as text -----------------------------------------------------------------------------------------------

static void add_stack(struct text *t, const struct report_part *p) {
  void (*write)(struct text *, const struct stack *, const char *) = p->identifies ? text_stack_source : text_stack;
  const struct stack *s = p->stack.callers ? place_of_part(p) : stack_of_part(p);
  write(t, s, p->stack.n ? "no frame of the program" : "its stack is not known");
  if (!p->stack.callers || callers_of_part(p)->n == 0) return;
  text_add(t, "  [called, or from elsewhere at the same depth, by]\n");
  text_stack(t, &scratch, "");
}

// add_time says for how long, as exactly as the runtime's coarse clock knows.
static void add_time(struct text *t, const struct report *r) {
  enum { MINUTE = 60 };
  bool minutes = r->waited_s >= 2 * MINUTE;
  if (r->waited_s == 0) return;
  text_addf(t, ", %sfor %llu %s", r->count > 1 ? "the longest " : "",
            (unsigned long long)(minutes ? r->waited_s / MINUTE : r->waited_s), minutes ? "minutes" : "s");
}

static void add_text(struct text *t, const struct report *r, const char *id) {
  text_addf(t, "==================\nWARNING: %s", r->title);
  add_time(t, r);
  text_add(t, "\n");
  for (size_t i = 0; i < r->nparts; i++) {
    const struct report_part *p = &r->part[i];
    text_addf(t, "%s:\n", p->heading);
    add_stack(t, p);
    text_add(t, "\n");
  }
  text_addf(t, "Id: %s\n==================\n", id);
}

// ---- as a record -------------------------------------------------------------------------------------------

static void add_part(struct text *t, const struct report_part *p) {
  text_add(t, "{");
  json_key(t, "role", p->role);
  text_add(t, ",");
  json_key(t, "heading", p->heading);
  text_add(t, ",");
  json_number(t, "goroutine", p->goid);
  text_add(t, ",");
  json_key(t, "name", p->name && *p->name ? p->name : NULL);
  text_add(t, ",");
  json_key(t, "state", p->state);
  if (p->object) text_addf(t, ",\"object\":\"0x%lx\",", (unsigned long)p->object);
  else text_add(t, ",\"object\":null,");
  text_addf(t, "\"identifies\":%s,", p->identifies ? "true" : "false");
  json_source(t, p->stack.callers ? place_of_part(p) : stack_of_part(p));
  text_add(t, ",");
  json_stack(t, "stack", &scratch);
  if (p->stack.callers && callers_of_part(p)->n) text_add(t, ","), json_stack(t, "callers", &scratch);
  text_add(t, "}");
}

static void add_record(struct text *t, const struct report *r, const char *id) {
  text_addf(t, "{\"id\":\"%s\",\"kind\":\"%s\",", id, kind_name(r->kind));
  json_key(t, "rule", r->rule);
  text_add(t, ",");
  json_key(t, "title", r->title);
  text_addf(t, ",\"possible\":%s,", r->possible ? "true" : "false");
  json_number(t, "count", r->count);
  if (r->waited_s) text_add(t, ","), json_number(t, "waited_s", r->waited_s);
  text_add(t, ",\"parts\":[");
  for (size_t i = 0; i < r->nparts; i++) {
    if (i) text_add(t, ",");
    add_part(t, &r->part[i]);
  }
  text_add(t, "]}\n");
}

// ---- telling -------------------------------------------------------------------------------------------------

static bool suppressed(const struct report *r, const char *id) {
  if (suppressed_id(id)) return true;
  for (size_t i = 0; i < r->nparts; i++)
    if (suppressed_stack((int)r->kind, stack_of_part(&r->part[i]))) return true;
  return false;
}

struct telling {
  const struct report *r;
  bool told;
};

static void tell(void *arg) {
  struct telling *what = arg;
  const struct report *r = what->r;
  char id[ID_DIGITS + 1];
  id_write(part_hashes(r, hash_of_place), id);
  if (!tell_is_new(id) || suppressed(r, id)) return;
  struct text t = {0};
  if (!r->record_only) add_text(&t, r, id);
  if (!r->record_only) output_report(&t);
  t.n = 0;
  add_record(&t, r, id);
  output_record(&t);
  text_free(&t);
  if (!r->possible && !r->record_only) tell_count(r->kind);
  what->told = true;
}

bool report_tell(const struct report *r) {
  struct telling what = {.r = r};
  tell_begin();
  if (set_add(&seen_pcs, part_hashes(r, hash_pcs) | 1)) on_own_stack(tell, &what);
  tell_end();
  if (what.told) tell_halt();
  return what.told;
}
