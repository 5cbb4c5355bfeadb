// SPDX-License-Identifier: Apache-2.0
// seam.c: the functions of race.h, by which the runtime speaks to the detector.
//
// The runtime calls them from scheduler stacks too: a call that names a g acts for that g whatever
// runs here, as long as the runtime has not hidden itself. race_inside covers every change of a
// clock, so that a signal handler never sees one half made.
#include "race.h"

#include <stdatomic.h>

#include "access.h"
#include "clock.h"
#include "context.h"
#include "edge.h"
#include "ginfo.h"
#include "init.h"
#include "inside.h"
#include "self.h"
#include "shadow.h"
#include "single.h"
#include "syncvar.h"
#include "tls.h"
#include "word.h"

// open tells whether edges and accesses count on this thread at all, whoever it runs.
static inline bool open(void) { return !(race_inside | sync_locked | race_hidden); }

// ---- goroutines ------------------------------------------------------------------------------------

race_g *race_main_g(void) {
  race_init();
  race_main->info->is_thread = false;  // the runtime makes a goroutine of it
  return race_main;
}

race_g *race_g_create(uint64_t goid, uintptr_t pc) {
  uint8_t was = inside_enter();
  race_g *creator = race_cur;
  ctx_id at = creator && pc ? ctx_current(creator, pc) : 0;
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, goid, at, false));
  clock_start(g);
  if (creator) clock_fork(creator, g);
  inside_leave(was);
  return g;
}

void race_g_set_name(race_g *g, const char *name) { ginfo_set_name(g->info, name); }

void race_g_set_labels(race_g *g, const char *labels) {
  uint8_t was = inside_enter();
  ginfo_set_labels(g->info, labels);
  inside_leave(was);
}

void race_g_end(race_g *g) {
  uint8_t was = inside_enter();
  if (race_cur == g) race_cur = NULL;
  race_g_drop(g);
  inside_leave(was);
}

void race_switch(race_g *g) {
  if (__builtin_expect(tls_concerns(race_cur, g), 0)) tls_switch(race_cur, g);
  race_cur = g;
}

void race_armed(void) { single_never(); }

race_g *race_self(void) { return race_cur; }

// ---- edges -------------------------------------------------------------------------------------------

static inline void act(race_g *g, const void *sync, void (*what)(race_g *, uintptr_t)) {
  if (!g || g->ignores_sync || !open()) return;
  inside_begin();
  what(g, (uintptr_t)sync);
  inside_end();
}

void race_acquire(const void *sync) { act(race_cur, sync, g_acquire); }
void race_release(const void *sync) { act(race_cur, sync, g_release); }
void race_release_merge(const void *sync) { act(race_cur, sync, g_release_merge); }
void race_release_acquire(const void *sync) { act(race_cur, sync, g_release_acquire); }

void race_acquire_g(race_g *g, const void *sync) { act(g, sync, g_acquire); }
void race_release_g(race_g *g, const void *sync) { act(g, sync, g_release); }
void race_release_merge_g(race_g *g, const void *sync) { act(g, sync, g_release_merge); }
void race_release_acquire_g(race_g *g, const void *sync) { act(g, sync, g_release_acquire); }

void race_mutex_locked(const void *m, uintptr_t pc, uint32_t context) {
  edge_locked(m, m, NULL, LOCKED_MUTEX, pc, context);
}

void race_mutex_unlocks(const void *m) { edge_unlocks(m, m, false); }

void race_rwmutex_locked(const void *rw, const void *writers, const void *readers, bool writes, uintptr_t pc) {
  edge_locked(rw, writers, writes ? readers : NULL, writes ? LOCKED_WRITE : LOCKED_READ, pc, 0);
}

void race_rwmutex_unlocks(const void *rw, const void *writers, const void *readers, bool writes) {
  edge_unlocks(rw, writes ? writers : readers, !writes);
}

void race_sync_forget(const void *p, size_t n) {
  uint8_t was = inside_enter();
  syncvar_forget((uintptr_t)p, n);
  inside_leave(was);
}

// ---- memory --------------------------------------------------------------------------------------------

// small checks an access that does not leave its word, by the way of instrumented code.
static inline void small(race_g *g, uintptr_t a, size_t n, unsigned flags, uintptr_t pc) {
  uint64_t bytes = CELL_BYTES >> (8 - n) << a % 8, relevant = hit_bits(flags & ACCESS_WRITE) | bytes;
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  if (!word_hit(shadow_of(a), want, relevant)) access_check_within(g, a, bytes | (flags & ACCESS_WRITE ? 0 : CELL_READ), pc);
}

static inline void check(race_g *g, const void *p, size_t n, unsigned flags, uintptr_t pc) {
  if (!g || !n || !open()) return;
  if (g == race_cur && (uintptr_t)p % 8 + n <= 8) small(g, (uintptr_t)p, n, flags, pc);
  else range_check(g, (uintptr_t)p, n, flags, pc);
}

void race_read(const void *p, size_t n, uintptr_t pc) { check(race_cur, p, n, ACCESS_READ, pc); }
void race_write(const void *p, size_t n, uintptr_t pc) { check(race_cur, p, n, ACCESS_WRITE, pc); }
void race_read_g(race_g *g, const void *p, size_t n, uintptr_t pc) { check(g, p, n, ACCESS_READ, pc); }
void race_write_g(race_g *g, const void *p, size_t n, uintptr_t pc) { check(g, p, n, ACCESS_WRITE, pc); }

void race_fresh(const void *p, size_t n) {
  uint8_t was = inside_enter();
  shadow_clear((uintptr_t)p, n);
  syncvar_forget((uintptr_t)p, n);
  inside_leave(was);
}

void race_stack(race_g *g, const void *lo, const void *hi) {
  atomic_store_explicit(&g->info->stack_lo, (uintptr_t)lo, memory_order_relaxed);
  atomic_store_explicit(&g->info->stack_hi, (uintptr_t)hi, memory_order_relaxed);
}

// ---- frames --------------------------------------------------------------------------------------------

void race_enter(uintptr_t pc) {
  if (race_cur) g_push(race_cur, pc, (uintptr_t)__builtin_return_address(0));
}

void race_leave(void) {
  if (race_cur) g_pop(race_cur);
}

uint32_t race_context(uintptr_t pc) {
  race_g *g = race_cur;
  if (!g || !open()) return 0;
  inside_begin();
  ctx_id id = ctx_current(g, pc);
  inside_end();
  return id;
}

size_t race_context_stack(uint32_t context, uintptr_t *pcs, size_t max) { return ctx_stack(context, 0, pcs, max, NULL); }

// ---- the runtime's own threads --------------------------------------------------------------------------

void race_hide_begin(void) { race_hidden++; }
void race_hide_end(void) { race_hidden--; }
