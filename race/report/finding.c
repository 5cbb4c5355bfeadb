// SPDX-License-Identifier: Apache-2.0
// finding.c: from two racing accesses to a finding: told once, named stably, written whole.
//
// A race is the same as an earlier one if both sides do the same at the same places of the source, in
// either order. Most repetitions are known by their pcs already, so nothing is symbolized for them.
#include "finding.h"

#include "alloc.h"
#include "format.h"
#include "id.h"
#include "output.h"
#include "own_stack.h"
#include "suppress.h"
#include "tell.h"

static struct set seen_pcs;  // under the lock of tell.h

const char *access_kind(unsigned flags) {
  if (flags & ACCESS_FREE) return "free";
  if (flags & ACCESS_ATOMIC) return flags & ACCESS_WRITE ? "atomic write" : "atomic read";
  return flags & ACCESS_WRITE ? "write" : "read";
}

void side_hash(struct side *s) {
  // Whether an earlier write was a free is not always known: both have the name of a write here.
  s->hash = hash_place(hash_string(HASH_START, access_kind(s->flags & ~(unsigned)ACCESS_FREE)), &s->stack);
}

void finding_id(const struct side *a, const struct side *b, char id[17]) {
  uint64_t x = a->hash, y = b->hash;
  uint64_t pair[2] = {x < y ? x : y, x < y ? y : x};
  id_write(hash_add(hash_string(HASH_START, "race"), pair, sizeof pair), id);
}

// ---- who ---------------------------------------------------------------------------------------------------

static bool has(const struct finding *f, const struct ginfo *who) {
  for (size_t i = 0; i < f->ngoroutines; i++)
    if (f->goroutine[i] == who) return true;
  return false;
}

// add_goroutines puts who and its ancestors in, with a reference each.
static void add_goroutines(struct finding *f, struct ginfo *who) {
  struct ginfo *gi = who ? ginfo_ref(who) : NULL;
  while (gi && !has(f, gi) && f->ngoroutines < FINDING_GOROUTINES) {
    f->goroutine[f->ngoroutines++] = gi;
    gi = ginfo_parent(gi);
  }
  ginfo_unref(gi);
}

// ---- telling ---------------------------------------------------------------------------------------------

// pcs_hash is of the two accesses' innermost pcs and kinds, in either order.
static uint64_t pcs_hash(const struct race_report *r) {
  uint64_t h[2];
  const struct race_access *a[2] = {&r->current, &r->previous};
  for (int i = 0; i < 2; i++) {
    uintptr_t pc = 0;
    bool folded;
    if (a[i]->ctx) ctx_stack(a[i]->ctx, a[i]->byte, &pc, 1, &folded);
    h[i] = hash_add(hash_add(HASH_START, &pc, sizeof pc), &a[i]->flags, sizeof a[i]->flags);
  }
  return (h[0] < h[1] ? h[0] * HASH_PRIME ^ h[1] : h[1] * HASH_PRIME ^ h[0]) | 1;
}

static void write_out(struct finding *f) {
  struct text t = {0};
  format_text(&t, f);
  output_report(&t);
  t.n = 0;
  format_json(&t, f);
  output_record(&t);
  text_free(&t);
}

static void make_side(struct side *s, const struct race_access *a) {
  s->access = a;
  s->flags = a->flags;
  s->addr = a->addr;
  s->size = a->size;
  stack_of(a->ctx, a->byte, &s->stack);
  side_hash(s);
  s->nheld = 0;
  for (uint32_t i = 0; a->locks && i < a->locks->n; i++)
    if (lockset_is_told(&a->locks->lock[i])) s->held[s->nheld++] = &a->locks->lock[i];
}

// freed_at is where the block at f->addr was freed, if that is the earlier access p; 0: it is not.
static ctx_id freed_at(struct finding *f, const struct race_access *p) {
  ctx_id ctx = p->ctx ? ctx_of_byte(p->ctx, p->byte) : 0;
  struct heap_block b;
  if ((p->flags & (ACCESS_WRITE | ACCESS_ATOMIC)) != ACCESS_WRITE || !heap_find_freed(f->addr, ctx, &b)) return 0;
  f->previous.flags |= ACCESS_FREE;
  f->previous.addr = b.start;
  f->previous.size = b.size;
  return ctx;
}

static bool suppressed(const struct finding *f) {
  const struct variable *v = &f->variable;
  bool named = v->where == WHERE_GLOBAL || v->where == WHERE_TLS;
  return suppressed_id(f->id) || suppressed_stack(TOLD_RACE, &f->current.stack) ||
         suppressed_stack(TOLD_RACE, &f->previous.stack) || (named && suppressed_variable(v->data.name, v->data.path));
}

static void tell(struct finding *f, const struct race_report *r) {
  const struct race_access *cur = &r->current, *prev = &r->previous;
  make_side(&f->current, cur);
  make_side(&f->previous, prev);
  finding_id(&f->current, &f->previous, f->id);
  if (!tell_is_new(f->id)) return;
  f->addr = prev->addr > cur->addr ? prev->addr : cur->addr;
  f->meeting = r->meeting;
  f->ngoroutines = 0;
  add_goroutines(f, cur->who);
  add_goroutines(f, prev->who);
  unsigned size = prev->size < cur->size ? prev->size : cur->size;
  variable_find(f->addr, size, f->goroutine, f->ngoroutines, cur->who, freed_at(f, prev), &f->variable);
  if (!suppressed(f)) {
    write_out(f);
    tell_count(TOLD_RACE);
  }
  for (size_t i = 0; i < f->ngoroutines; i++) ginfo_unref(f->goroutine[i]);
}

struct telling {
  struct finding *f;
  const struct race_report *r;
};

static void tell_there(void *arg) {
  struct telling *t = arg;
  tell(t->f, t->r);
}

// Weak: the unit tests of what lies below listen themselves.
__attribute__((weak)) void report_race(const struct race_report *r) {
  static struct finding *f;  // under the lock
  tell_begin();
  if (set_add(&seen_pcs, pcs_hash(r))) {
    if (!f) f = race_alloc(sizeof *f);
    on_own_stack(tell_there, &(struct telling){f, r});
  }
  tell_end();
  tell_halt();
}
