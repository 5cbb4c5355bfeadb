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

// ---- stacks --------------------------------------------------------------------------------------------

// Where a goroutine's, a thread's and the process's stack begin: nothing of the user's is below.
static bool is_bottom(const char *func) {
  static const char *const names[] = {"cr_go_entry", "cr_go_return", "start_main", "__libc_start_call_main",
                                      "__libc_start_main", "__libc_start_main_impl", "_start", "start_thread",
                                      "thread_main", "clone3", "call_init"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(func, names[i]) == 0) return true;
  return false;
}

void stack_of(ctx_id ctx, unsigned byte, struct stack *out) {
  uintptr_t pcs[STACK_PCS];
  size_t n = ctx ? ctx_stack(ctx, byte, pcs, STACK_PCS, &out->folded) : 0;
  if (!ctx) out->folded = false;
  out->n = 0;
  for (size_t i = 0; i < n && out->n < STACK_FRAMES; i++) {
    struct sym_frame *f = &out->frame[out->n];
    int k = symbolize_pc(pcs[i], true, f, (int)(STACK_FRAMES - out->n));
    if (f->func && is_bottom(f->func)) return;
    out->n += (size_t)k;
  }
}

const char *access_kind(unsigned flags) {
  if (flags & ACCESS_FREE) return "free";
  if (flags & ACCESS_ATOMIC) return flags & ACCESS_WRITE ? "atomic write" : "atomic read";
  return flags & ACCESS_WRITE ? "write" : "read";
}

// side_hash is of what a side does and where: its innermost function and those that it is inlined in.
static uint64_t side_hash(const struct side *s) {
  // An earlier free is known as a write only: both have the name of a write.
  uint64_t h = fnv_string(FNV_START, access_kind(s->access->flags & ~(unsigned)ACCESS_FREE));
  for (size_t i = 0; i < s->stack.n; i++) {
    const struct sym_frame *f = &s->stack.frame[i];
    h = fnv_string(fnv_string(h, f->func), f->file);
    h = fnv(fnv(h, &f->line, sizeof f->line), &f->col, sizeof f->col);
    if (!f->file) h = fnv(h, &f->offset, sizeof f->offset);
    if (!f->inlined) break;
  }
  return h;
}

void finding_id(const struct side *a, const struct side *b, char id[17]) {
  uint64_t x = side_hash(a), y = side_hash(b);
  uint64_t pair[2] = {x < y ? x : y, x < y ? y : x};
  uint64_t h = fnv(fnv_string(FNV_START, "race"), pair, sizeof pair);
  for (int i = 15; i >= 0; i--, h >>= 4) id[i] = "0123456789abcdef"[h & 15];
  id[16] = 0;
}

// ---- where and who ---------------------------------------------------------------------------------------

static bool on_stack_of(const struct ginfo *who, uintptr_t addr) {
  return who && addr >= atomic_load_explicit(&who->stack_lo, memory_order_relaxed) &&
         addr < atomic_load_explicit(&who->stack_hi, memory_order_relaxed);
}

static void find_place(struct finding *f) {
  struct place *p = &f->place;
  for (size_t i = 0; i < f->ngoroutines; i++) {
    if (!on_stack_of(f->goroutine[i], f->addr)) continue;
    p->where = WHERE_STACK;
    p->owner = f->goroutine[i];
    return;
  }
  if (heap_find(f->addr, &p->block)) {
    p->where = WHERE_HEAP;
    stack_of(p->block.allocated, 0, &p->allocated);
  } else if (symbolize_data(f->addr, &p->global)) {
    p->where = WHERE_GLOBAL;
  }
}

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

static void tell(struct finding *f, const struct race_report *r) {
  memset(f, 0, offsetof(struct finding, created));
  f->current.access = &r->current;
  f->previous.access = &r->previous;
  f->addr = r->previous.addr > r->current.addr ? r->previous.addr : r->current.addr;
  stack_of(r->current.ctx, r->current.byte, &f->current.stack);
  stack_of(r->previous.ctx, r->previous.byte, &f->previous.stack);
  finding_id(&f->current, &f->previous, f->id);
  if (!set_add(&seen_ids, fnv_string(FNV_START, f->id) | 1)) return;
  add_goroutines(f, r->current.who);
  add_goroutines(f, r->previous.who);
  find_place(f);
  write_out(f);
  for (size_t i = 0; i < f->ngoroutines; i++) ginfo_unref(f->goroutine[i]);
  atomic_fetch_add_explicit(&count, 1, memory_order_release);
}

static void report_lock_take(void) {
  while (!spin_trylock(&report_lock)) sched_yield();
}

// Weak: the unit tests of what lies below listen themselves.
__attribute__((weak)) void report_race(const struct race_report *r) {
  static struct finding *f;  // under report_lock
  race_hide_begin();
  report_lock_take();
  if (set_add(&seen_pcs, pcs_hash(r))) {
    if (!f) f = race_alloc(sizeof *f);
    tell(f, r);
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
