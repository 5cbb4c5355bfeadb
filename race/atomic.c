// SPDX-License-Identifier: Apache-2.0
// atomic.c: C11 atomics and fences: each operation, its edges, and its check as an access.
//
// A syncvar of an atomic holds the clock that a load of the present value synchronizes with: the
// union over the release operations whose release sequence the value belongs to (C11 5.1.2.4).
//
//     operation on x by g        before                      x's clock becomes
//     store, release             -                           g's clock, alone                   R1
//     store, relaxed             -                           kept if g heads the sequence, else empty;
//                                                            then joined with g's release fence   R2
//     rmw, release               -                           joined with g's clock              R3
//     rmw, relaxed               -                           kept; joined with g's release fence  R4
//     load or rmw, acquire       g learns x's clock          A1
//     load or rmw, not acquire   noted for an acquire fence  A2, learnt at the fence
//     compare-exchange, failed   a load with the failure order
//     fence                      release: g's clock is remembered for R2, R4
//
// R1..R4 pair with A1 and A2 on the same address. Litmus: tests/litmus, {norace,race}_{atomic,cmpxchg,
// fence,release,rmw}*, each row both ways; at unit level tests/unit/race/atomic_test.c.
//
// The operation and its clock step are one step under the syncvar's lock, so that no value is ever
// seen without its clock. Where no syncvar exists, a relaxed operation (and an acquire load) takes no
// lock: it looks before and after. If a first release came just between, it counts as seen: once in
// the life of an address an edge may be given that was not there, never one be missed.
//
// A sequence of several heads is kept whole when one of its heads stores to it relaxed (exact would be
// that head's part alone; C++20 dropped the rule). It errs on the side of no false alarm.
//
// An atomic may be read in another width than it was written in: half of what a double-word compare-exchange stored, a
// byte of a word of flags. What overlaps is seen too. A store breaks the sequences at its own address alone: more order
// than there is, where widths are mixed.
//
// The access check comes before the operation can be seen (the reader may free the object), and
// after the acquire (what it acquires may order the plain initialisation of the atomic itself); so an
// acquiring rmw is checked under the lock, and its findings told afterwards (defer.h).
#include <stdbool.h>
#include <stdint.h>

#include "access.h"
#include "clock.h"
#include "defer.h"
#include "epoch.h"
#include "g.h"
#include "inside.h"
#include "self.h"
#include "shadow.h"
#include "syncvar.h"
#include "word.h"

#define PUBLIC __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define CALLER ((uintptr_t)__builtin_return_address(0))

// gcc adds hints for lock elision above the order.
INLINE int order_of(int mo) { return mo & 7; }
INLINE bool acquires(int mo) { return mo != __ATOMIC_RELAXED && mo != __ATOMIC_RELEASE; }
INLINE bool releases(int mo) {
  return mo == __ATOMIC_RELEASE || mo == __ATOMIC_ACQ_REL || mo == __ATOMIC_SEQ_CST;
}

// ---- release sequences ---------------------------------------------------------------------------

// sv->head: the owner of the slot (clock of its beginning included) that heads the sequence, or
// MANY; sv->aux then has a bit for each head.
enum { NOBODY = 0 };
static const uint64_t MANY = UINT64_MAX;

static uint64_t name_of(const race_g *g) { return (uint64_t)g->slot << 32 | g->began; }
static uint64_t bit_of(const race_g *g) { return (uint64_t)1 << (g->slot % 64); }

static void add_head(race_g *g, struct syncvar *sv) {
  uint64_t me = name_of(g);
  if (sv->head == NOBODY) sv->head = me;
  else if (sv->head != me) sv->head = MANY;
  sv->aux |= bit_of(g);
}

static bool is_head(const race_g *g, const struct syncvar *sv) {
  return sv->head == name_of(g) || (sv->head == MANY && sv->aux & bit_of(g));
}

static bool fenced(const race_g *g) { return g->fence_rel.base || g->fence_rel.nlate; }

static void merge_fence(race_g *g, struct syncvar *sv) {
  if (!fenced(g)) return;
  vclock_join(&sv->vc, &g->fence_rel);
  sv->stamp = (struct stamp){0, 0};
  add_head(g, sv);
}

static void break_sequence(struct syncvar *sv) {
  clock_empty(sv);
  sv->head = NOBODY;
  sv->aux = 0;
}

static void stored_release(race_g *g, struct syncvar *sv) {  // R1
  clock_store(g, sv);
  sv->head = name_of(g);
  sv->aux = bit_of(g);
}

static void stored_relaxed(race_g *g, struct syncvar *sv) {  // R2
  if (!is_head(g, sv)) break_sequence(sv);
  merge_fence(g, sv);
}

static void modified(race_g *g, struct syncvar *sv, int mo) {  // R3, R4
  if (releases(mo)) {
    clock_merge(g, sv);
    add_head(g, sv);
  } else {
    merge_fence(g, sv);
  }
}

static void saw_one(race_g *g, const struct syncvar *sv, int mo) {
  if (acquires(mo)) clock_acquire(g, sv);  // A1
  else clock_saw(g, sv);                   // A2
}

// ---- one operation as a step ------------------------------------------------------------------------

// A step brackets the real operation: X_begin, the operation, X_end. sv is locked in between, if
// there is one; without one no lock is held.
struct step {
  race_g *g;  // nil: nothing is checked on this thread
  uintptr_t addr, pc;
  struct syncvar *sv;
  unsigned size;
  int mo;
  struct defer found;
};

// saw takes the clocks of all that overlaps in addr's word, which is locked.
static void saw(const struct step *s, uintptr_t addr) {
  for (const struct syncvar *sv = syncvar_first(addr); sv; sv = sv->next)
    if (sv->addr == s->addr || (sv->addr < s->addr + s->size && s->addr < sv->addr + sv->width)) saw_one(s->g, sv, s->mo);
}

// saw_half does so for the other word of an atomic of 16 bytes: this one, or one that this is half of.
static __attribute__((noinline)) void saw_half(const struct step *s, uintptr_t other) {
  inside_begin();
  if (syncvar_lock_word(other)) {
    saw(s, other);
    syncvar_unlock(other);
  }
  inside_end();
}
// half_of is that word if it has something to see, else 0.
INLINE uintptr_t half_of(const struct step *s) {
  uintptr_t other = s->size == 16 ? s->addr + 8 : (s->addr & ~(uintptr_t)7) - 8;
  return (s->size == 16 || s->addr & 8) && syncvar_maybe(other) ? other : 0;
}
INLINE void see_half(const struct step *s) {
  uintptr_t other = half_of(s);
  if (other) saw_half(s, other);
}

INLINE bool step_init(struct step *s, const volatile void *a, unsigned size, int mo, uintptr_t pc) {
  s->g = g_self();
  if (!s->g) return false;
  s->addr = (uintptr_t)a;
  s->pc = pc;
  s->size = size;
  s->mo = s->g->ignores_sync ? __ATOMIC_RELAXED : order_of(mo);
  s->sv = NULL;
  s->found.first = NULL;
  return true;
}

// hit: the word remembers an access of this epoch that covers this one (access.h has the rule).
INLINE bool hit(const struct step *s, uint64_t kind) {
  if (s->addr % 8 + s->size > 8) return false;
  uint64_t cur = __atomic_load_n((uint64_t *)&s->g->cur, __ATOMIC_RELAXED);
  uint64_t bytes = (CELL_BYTES >> (8 - s->size)) << s->addr % 8;
  const struct word *w = shadow_of(s->addr);
  for (int i = 0; i < 2; i++) {
    uint64_t c = word_get(w, i);
    if (cur && cell_same_epoch(c, cur) && (c & bytes) == bytes && kind_covers(c, kind)) return true;
  }
  return false;
}

INLINE void check(struct step *s, unsigned kind) {
  if (hit(s, CELL_ATOMIC | (kind == ACCESS_READ ? CELL_READ : 0))) return;
  access_check(s->g, s->addr, s->size, kind | ACCESS_ATOMIC, s->pc);
}

// check_locked is a check under the syncvar's lock, which sync_locked says (self.h) while race_inside is clear.
static void check_locked(struct step *s, unsigned kind) {
  defer_begin(&s->found);
  sync_locked = 1;
  inside_end();
  check(s, kind);
  inside_begin();
  sync_locked = 0;
  defer_end();
}

INLINE void lock(struct step *s, bool make) {
  inside_begin();
  s->sv = make ? syncvar_lock(s->addr) : syncvar_lock_found(s->addr);
  if (!s->sv) inside_end();
  else if (make && s->sv->width < s->size) s->sv->width = s->size;
}

INLINE void unlock(struct step *s) {
  syncvar_unlock(s->addr);
  s->sv = NULL;
  inside_end();
  if (s->found.first) defer_tell(&s->found);
}

// late_sight takes the clock of a first release that came while a step held no lock, and of what overlaps.
static __attribute__((noinline)) void late_sight(struct step *s) {
  inside_begin();
  if (syncvar_lock_word(s->addr)) {
    saw(s, s->addr);
    syncvar_unlock(s->addr);
  }
  inside_end();
}

INLINE void load_end(struct step *s) {
  if (s->sv) {
    saw(s, s->addr);
    unlock(s);
  } else if (syncvar_maybe(s->addr)) {
    late_sight(s);
  }
  see_half(s);
  check(s, ACCESS_READ);
}

INLINE void store_begin(struct step *s) {
  check(s, ACCESS_WRITE);
  lock(s, releases(s->mo) || fenced(s->g));
}

INLINE void store_end(struct step *s) {
  if (!s->sv) return;
  if (releases(s->mo)) stored_release(s->g, s->sv);
  else stored_relaxed(s->g, s->sv);
  unlock(s);
}

// rmw_check learns what the operation will see, and checks it as a write. The syncvar, if any, is
// locked.
INLINE void rmw_check(struct step *s) {
  if (!s->sv) {
    if (syncvar_maybe(s->addr)) late_sight(s);  // of others in the word
    check(s, ACCESS_WRITE);
    return;
  }
  saw(s, s->addr);
  check_locked(s, ACCESS_WRITE);
}

INLINE void rmw_begin(struct step *s) {
  see_half(s);
  epoch_open(s->g);  // may scan, which the check under the lock must not
  lock(s, releases(s->mo) || fenced(s->g));
  rmw_check(s);
}

INLINE void rmw_end(struct step *s) {
  if (s->sv) {
    modified(s->g, s->sv, s->mo);
    unlock(s);
  } else if (syncvar_maybe(s->addr)) {
    late_sight(s);
  }
  see_half(s);
}

// ---- the operations of one size --------------------------------------------------------------------

#define LOAD(a) __atomic_load_n(a, __ATOMIC_SEQ_CST)
#define STORE(a, v, mo) \
  (order_of(mo) == __ATOMIC_SEQ_CST ? __atomic_store_n(a, v, __ATOMIC_SEQ_CST) : __atomic_store_n(a, v, __ATOMIC_RELEASE))
#define CAS(a, expected, v) \
  __atomic_compare_exchange_n(a, expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define RMW(name, a, v) __atomic_##name(a, v, __ATOMIC_SEQ_CST)

#define DEFINE_LOAD(bits, T, LOAD)                                        \
  PUBLIC T __tsan_atomic##bits##_load(const volatile T *a, int mo) {      \
    struct step s;                                                        \
    if (!step_init(&s, a, sizeof *a, mo, CALLER)) return LOAD(a);         \
    lock(&s, false);                                                      \
    T v = LOAD(a);                                                        \
    load_end(&s);                                                         \
    return v;                                                             \
  }

#define DEFINE_STORE(bits, T, STORE)                                      \
  PUBLIC void __tsan_atomic##bits##_store(volatile T *a, T v, int mo) {   \
    struct step s;                                                        \
    if (!step_init(&s, a, sizeof *a, mo, CALLER)) {                       \
      STORE(a, v, mo);                                                    \
      return;                                                             \
    }                                                                     \
    store_begin(&s);                                                      \
    STORE(a, v, mo);                                                      \
    store_end(&s);                                                        \
  }

#define DEFINE_RMW(bits, T, name, op, RMW)                                \
  PUBLIC T __tsan_atomic##bits##_##name(volatile T *a, T v, int mo) {     \
    struct step s;                                                        \
    if (!step_init(&s, a, sizeof *a, mo, CALLER)) return RMW(op, a, v);   \
    rmw_begin(&s);                                                        \
    T old = RMW(op, a, v);                                                \
    rmw_end(&s);                                                          \
    return old;                                                           \
  }

// cas##bits leaves in *expected what it found. A value that differs is a load with the failure order.
// Under the lock nothing instrumented changes the value between the look and the operation; without
// one there is no clock to take too much of; so a lost race starts anew.
#define DEFINE_CAS(bits, T, LOAD, CAS)                                                              \
  static bool cas##bits(volatile T *a, T *expected, T v, int mo, int fail_mo, uintptr_t pc) {       \
    struct step s;                                                                                  \
    if (!step_init(&s, a, sizeof *a, mo, pc)) return CAS(a, expected, v);                           \
    bool half = false; /* seen */                                                                   \
    for (;;) {                                                                                      \
      T want = *expected, now = LOAD(a);                                                            \
      epoch_open(s.g);                                                                              \
      lock(&s, now == want && (releases(s.mo) || fenced(s.g)));                                     \
      now = LOAD(a);                                                                                \
      if (now != want) {                                                                            \
        s.mo = s.g->ignores_sync ? __ATOMIC_RELAXED : order_of(fail_mo);                            \
        load_end(&s);                                                                               \
        *expected = now;                                                                            \
        return false;                                                                               \
      }                                                                                             \
      if (!s.sv && (releases(s.mo) || fenced(s.g))) continue; /* it has just become equal */        \
      if (!half && half_of(&s)) { /* which order counts is known now; one lock at a time */         \
        if (s.sv) unlock(&s);                                                                       \
        see_half(&s);                                                                               \
        half = true;                                                                                \
        continue;                                                                                   \
      }                                                                                             \
      rmw_check(&s);                                                                                \
      if (CAS(a, &want, v)) {                                                                       \
        rmw_end(&s);                                                                                \
        return true;                                                                                \
      }                                                                                             \
      if (s.sv) unlock(&s);                                                                         \
    }                                                                                               \
  }                                                                                                 \
  PUBLIC int __tsan_atomic##bits##_compare_exchange_strong(volatile T *a, T *expected, T v, int mo, \
                                                           int fail_mo) {                           \
    return cas##bits(a, expected, v, mo, fail_mo, CALLER);                                          \
  }                                                                                                 \
  PUBLIC int __tsan_atomic##bits##_compare_exchange_weak(volatile T *a, T *expected, T v, int mo,   \
                                                         int fail_mo) {                             \
    return cas##bits(a, expected, v, mo, fail_mo, CALLER);                                          \
  }                                                                                                 \
  PUBLIC T __tsan_atomic##bits##_compare_exchange_val(volatile T *a, T expected, T v, int mo,       \
                                                      int fail_mo) {                                \
    cas##bits(a, &expected, v, mo, fail_mo, CALLER);                                                \
    return expected;                                                                                \
  }

#define DEFINE_ALL(bits, T, LOAD, STORE, CAS, RMW)     \
  DEFINE_LOAD(bits, T, LOAD)                           \
  DEFINE_STORE(bits, T, STORE)                         \
  DEFINE_CAS(bits, T, LOAD, CAS)                       \
  DEFINE_RMW(bits, T, exchange, exchange_n, RMW)       \
  DEFINE_RMW(bits, T, fetch_add, fetch_add, RMW)       \
  DEFINE_RMW(bits, T, fetch_sub, fetch_sub, RMW)       \
  DEFINE_RMW(bits, T, fetch_and, fetch_and, RMW)       \
  DEFINE_RMW(bits, T, fetch_or, fetch_or, RMW)         \
  DEFINE_RMW(bits, T, fetch_xor, fetch_xor, RMW)       \
  DEFINE_RMW(bits, T, fetch_nand, fetch_nand, RMW)

// The ABI (atomic.c defines what compilers call; no header declares it).
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
DEFINE_ALL(8, uint8_t, LOAD, STORE, CAS, RMW)
DEFINE_ALL(16, uint16_t, LOAD, STORE, CAS, RMW)
DEFINE_ALL(32, uint32_t, LOAD, STORE, CAS, RMW)
DEFINE_ALL(64, uint64_t, LOAD, STORE, CAS, RMW)

// ---- 16 bytes --------------------------------------------------------------------------------------

typedef unsigned __int128 u128;

#if defined(__x86_64__)
static bool cas_wide(volatile u128 *a, u128 *expected, u128 v) {
  uint64_t lo = (uint64_t)*expected, hi = (uint64_t)(*expected >> 64);
  bool done;
  __asm__ volatile("lock cmpxchg16b %1"
                   : "=@ccz"(done), "+m"(*a), "+a"(lo), "+d"(hi)
                   : "b"((uint64_t)v), "c"((uint64_t)(v >> 64))
                   : "memory");
  if (!done) *expected = (u128)hi << 64 | lo;
  return done;
}
#else
// Without a wide instruction of its own for every CPU: one lock for all wide atomics.
#include "spin.h"
static struct spin wide_lock;
static bool cas_wide(volatile u128 *a, u128 *expected, u128 v) {
  spin_lock(&wide_lock);
  u128 now = *a;
  bool done = now == *expected;
  if (done) *a = v;
  else *expected = now;
  spin_unlock(&wide_lock);
  return done;
}
#endif

static u128 load_wide(const volatile u128 *a) {
  u128 v = 0;
  cas_wide((volatile u128 *)a, &v, 0);
  return v;
}

static u128 exchange_wide(volatile u128 *a, u128 v) {
  u128 old = load_wide(a);
  while (!cas_wide(a, &old, v)) {
  }
  return old;
}

#define DEFINE_WIDE_OP(name, value)                       \
  static u128 name##_wide(volatile u128 *a, u128 v) {     \
    u128 old = load_wide(a);                              \
    while (!cas_wide(a, &old, value)) {                   \
    }                                                     \
    return old;                                           \
  }
DEFINE_WIDE_OP(fetch_add, old + v)
DEFINE_WIDE_OP(fetch_sub, old - v)
DEFINE_WIDE_OP(fetch_and, old & v)
DEFINE_WIDE_OP(fetch_or, old | v)
DEFINE_WIDE_OP(fetch_xor, old ^ v)
DEFINE_WIDE_OP(fetch_nand, ~(old & v))
#define exchange_n_wide exchange_wide

#define STORE_WIDE(a, v, mo) (void)exchange_wide(a, v)
#define RMW_WIDE(name, a, v) name##_wide(a, v)
DEFINE_ALL(128, u128, load_wide, STORE_WIDE, cas_wide, RMW_WIDE)

// ---- fences ------------------------------------------------------------------------------------------

PUBLIC void __tsan_atomic_thread_fence(int mo) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  race_g *g = g_self();
  if (!g || g->ignores_sync) return;
  mo = order_of(mo);
  inside_begin();
  if (mo != __ATOMIC_RELAXED && mo != __ATOMIC_RELEASE) clock_fence_acquire(g);
  if (releases(mo)) clock_fence_release(g);
  inside_end();
}

// A signal fence orders a thread and its own handlers, which are one line of execution here.
PUBLIC void __tsan_atomic_signal_fence(int mo) {
  (void)mo;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
