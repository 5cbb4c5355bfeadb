// SPDX-License-Identifier: Apache-2.0
// finding.c: from two racing accesses to a finding: told once, named stably, written whole.
//
// A race is the same as an earlier one if both sides do the same at the same places of the source, in
// either order. Most repetitions are known by their pcs already, so nothing is symbolized for them.
//
// Lock: report_lock, above all others of race/ (nothing of race/ is held when a race is told). All
// is hidden meanwhile: what libdw does is not checked.
#include "finding.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "format.h"
#include "options.h"
#include "output.h"
#include "own_stack.h"
#include "race.h"
#include "spin.h"

static struct spin report_lock;
static _Atomic size_t count;

size_t finding_count(void) { return atomic_load_explicit(&count, memory_order_acquire); }

// ---- hashes and the sets of what was told ------------------------------------------------------------

#define FNV_START 14695981039346656037ull
#define FNV_PRIME 1099511628211ull

static uint64_t fnv(uint64_t h, const void *p, size_t n) {
  const unsigned char *s = p;
  for (size_t i = 0; i < n; i++) h = (h ^ s[i]) * FNV_PRIME;
  return h;
}

static uint64_t fnv_string(uint64_t h, const char *s) { return s ? fnv(h, s, strlen(s) + 1) : fnv(h, "", 1); }

// A set of hashes, open addressing. All zero is empty; 0 itself is not a member.
struct set {
  uint64_t *at;
  size_t n, cap;
};

static void set_grow(struct set *s);

// set_add returns false if h was there.
static bool set_add(struct set *s, uint64_t h) {
  if (4 * (s->n + 1) > 3 * s->cap) set_grow(s);
  size_t i = h & (s->cap - 1);
  for (; s->at[i]; i = (i + 1) & (s->cap - 1))
    if (s->at[i] == h) return false;
  s->at[i] = h;
  s->n++;
  return true;
}

static void set_grow(struct set *s) {
  struct set bigger = {.cap = s->cap ? 2 * s->cap : 256};
  bigger.at = race_alloc(bigger.cap * sizeof *bigger.at);
  memset(bigger.at, 0, bigger.cap * sizeof *bigger.at);
  for (size_t i = 0; i < s->cap; i++)
    if (s->at[i]) set_add(&bigger, s->at[i]);
  if (s->cap) race_free(s->at, s->cap * sizeof *s->at);
  *s = bigger;
}

static struct set seen_pcs, seen_ids;  // under report_lock

// ---- names that last -------------------------------------------------------------------------------------

static const char *base_name(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path;
}

const char *access_kind(unsigned flags) {
  if (flags & ACCESS_FREE) return "free";
  if (flags & ACCESS_ATOMIC) return flags & ACCESS_WRITE ? "atomic write" : "atomic read";
  return flags & ACCESS_WRITE ? "write" : "read";
}

// Of the stack, the innermost function counts and those that it is inlined in.
void side_hash(struct side *s) {
  // Whether an earlier write was a free is not always known: both have the name of a write here.
  uint64_t h = fnv_string(FNV_START, access_kind(s->flags & ~(unsigned)ACCESS_FREE));
  for (size_t i = 0; i < s->stack.n; i++) {
    const struct sym_frame *f = &s->stack.frame[i];
    h = fnv_string(fnv_string(h, f->func), f->file);
    h = fnv(fnv(h, &f->line, sizeof f->line), &f->col, sizeof f->col);
    if (!f->file) h = fnv(fnv_string(h, base_name(f->module)), &f->offset, sizeof f->offset);
    if (!f->inlined) break;
  }
  s->hash = h;
}

void finding_id(const struct side *a, const struct side *b, char id[17]) {
  uint64_t x = a->hash, y = b->hash;
  uint64_t pair[2] = {x < y ? x : y, x < y ? y : x};
  uint64_t h = fnv(fnv_string(FNV_START, "race"), pair, sizeof pair);
  for (int i = 15; i >= 0; i--, h >>= 4) id[i] = "0123456789abcdef"[h & 15];
  id[16] = 0;
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
    h[i] = fnv(fnv(FNV_START, &pc, sizeof pc), &a[i]->flags, sizeof a[i]->flags);
  }
  return (h[0] < h[1] ? h[0] * FNV_PRIME ^ h[1] : h[1] * FNV_PRIME ^ h[0]) | 1;
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

static void tell(struct finding *f, const struct race_report *r) {
  const struct race_access *cur = &r->current, *prev = &r->previous;
  make_side(&f->current, cur);
  make_side(&f->previous, prev);
  finding_id(&f->current, &f->previous, f->id);
  if (!set_add(&seen_ids, fnv_string(FNV_START, f->id) | 1)) return;
  f->addr = prev->addr > cur->addr ? prev->addr : cur->addr;
  f->ngoroutines = 0;
  add_goroutines(f, cur->who);
  add_goroutines(f, prev->who);
  unsigned size = prev->size < cur->size ? prev->size : cur->size;
  variable_find(f->addr, size, f->goroutine, f->ngoroutines, cur->who, freed_at(f, prev), &f->variable);
  write_out(f);
  for (size_t i = 0; i < f->ngoroutines; i++) ginfo_unref(f->goroutine[i]);
  atomic_fetch_add_explicit(&count, 1, memory_order_release);
}

struct telling {
  struct finding *f;
  const struct race_report *r;
};

static void tell_there(void *arg) {
  struct telling *t = arg;
  tell(t->f, t->r);
}

static void report_lock_take(void) {
  while (!spin_trylock(&report_lock)) sched_yield();
}

void finding_lock_all(void) { report_lock_take(); }
void finding_unlock_all(void) { spin_unlock(&report_lock); }

// Weak: the unit tests of what lies below listen themselves.
__attribute__((weak)) void report_race(const struct race_report *r) {
  static struct finding *f;  // under report_lock
  race_hide_begin();
  report_lock_take();
  if (set_add(&seen_pcs, pcs_hash(r))) {
    if (!f) f = race_alloc(sizeof *f);
    on_own_stack(tell_there, &(struct telling){f, r});
  }
  spin_unlock(&report_lock);
  race_hide_end();
  if (race_options.halt_on_error && finding_count()) {
    int code = race_exit_code(0);
    _exit(code);
  }
}

void finding_close(void) {
  size_t n = finding_count();
  struct text t = {0};
  race_hide_begin();
  text_addf(&t, "Found %zu data race(s)\n", n);
  output_report(&t);
  text_free(&t);
  race_hide_end();
}
