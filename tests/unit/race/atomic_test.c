// SPDX-License-Identifier: Apache-2.0
// atomic_test.c: every memory order's edge, there and not there, and the operations' values.
//
// Several race_gs take turns on one thread, so each case is one interleaving. `gave` says whether an
// access that A made before is ordered for B. Then a random walk is held against C11's release
// sequences and fences written out as sets.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "access.h"
#include "clock.h"
#include "epoch.h"
#include "ginfo.h"
#include "init.h"
#include "shadow.h"

typedef unsigned __int128 u128;
#define RELAXED __ATOMIC_RELAXED
#define CONSUME __ATOMIC_CONSUME
#define ACQUIRE __ATOMIC_ACQUIRE
#define RELEASE __ATOMIC_RELEASE
#define ACQ_REL __ATOMIC_ACQ_REL
#define SEQ_CST __ATOMIC_SEQ_CST

#define DECLARE(bits, T)                                                           \
  T __tsan_atomic##bits##_load(const volatile T *, int);                           \
  void __tsan_atomic##bits##_store(volatile T *, T, int);                          \
  T __tsan_atomic##bits##_exchange(volatile T *, T, int);                          \
  T __tsan_atomic##bits##_fetch_add(volatile T *, T, int);                         \
  T __tsan_atomic##bits##_fetch_sub(volatile T *, T, int);                         \
  T __tsan_atomic##bits##_fetch_and(volatile T *, T, int);                         \
  T __tsan_atomic##bits##_fetch_or(volatile T *, T, int);                          \
  T __tsan_atomic##bits##_fetch_xor(volatile T *, T, int);                         \
  T __tsan_atomic##bits##_fetch_nand(volatile T *, T, int);                        \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T *, T *, T, int, int); \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile T *, T *, T, int, int); \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T *, T, T, int, int);
DECLARE(8, uint8_t)
DECLARE(16, uint16_t)
DECLARE(32, uint32_t)
DECLARE(64, uint64_t)
DECLARE(128, u128)
void __tsan_atomic_thread_fence(int);
void __tsan_atomic_signal_fence(int);

enum { GS = 4 };
static race_g *gs[GS];
static uint32_t x, y;

static void fresh(void) {
  race_cur = NULL;
  for (int i = 0; i < GS; i++) {
    if (gs[i]) race_g_drop(gs[i]);
    gs[i] = race_g_new(NULL, ginfo_new(NULL, (uint64_t)i, 0, false));
    clock_start(gs[i]);
  }
  syncvar_forget((uintptr_t)&x, sizeof x);
  syncvar_forget((uintptr_t)&y, sizeof y);
  x = y = 0;
}

static void run(int i) { race_cur = gs[i]; }

struct event {
  uint32_t slot, clk;
};
static struct event write_by(int i) {
  epoch_open(gs[i]);
  return (struct event){gs[i]->slot, gs[i]->clk};
}
static bool gave(struct event e, int to) {
  return e.slot == gs[to]->slot || vclock_get(&gs[to]->vc, e.slot) >= e.clk;
}

static void store(int by, uint32_t *a, uint32_t v, int mo) {
  run(by);
  __tsan_atomic32_store(a, v, mo);
}
static uint32_t load(int by, uint32_t *a, int mo) {
  run(by);
  return __tsan_atomic32_load(a, mo);
}
static uint32_t add(int by, uint32_t *a, int mo) {
  run(by);
  return __tsan_atomic32_fetch_add(a, 1, mo);
}
static bool cas(int by, uint32_t *a, uint32_t expected, uint32_t v, int mo, int fail) {
  run(by);
  return __tsan_atomic32_compare_exchange_strong(a, &expected, v, mo, fail);
}
static void fence(int by, int mo) {
  run(by);
  __tsan_atomic_thread_fence(mo);
}

// ---- pairs of orders -----------------------------------------------------------------------------

static void store_then_load(void **state) {
  (void)state;
  const int stores[] = {RELAXED, RELEASE, SEQ_CST}, loads[] = {RELAXED, CONSUME, ACQUIRE, SEQ_CST};
  for (int s = 0; s < 3; s++)
    for (int l = 0; l < 4; l++) {
      fresh();
      struct event before = write_by(0);
      store(0, &x, 1, stores[s]);
      struct event after = write_by(0);
      assert_int_equal(load(1, &x, loads[l]), 1);
      assert_int_equal(gave(before, 1), s > 0 && l > 0);
      assert_false(gave(after, 1));
    }
}

static void rmw_then_rmw(void **state) {
  (void)state;
  const int orders[] = {RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST};
  for (int a = 0; a < 6; a++)
    for (int b = 0; b < 6; b++) {
      fresh();
      struct event before = write_by(0);
      add(0, &x, orders[a]);
      struct event after = write_by(0);
      assert_int_equal(add(1, &x, orders[b]), 1);
      bool releases = orders[a] >= RELEASE, acquires = orders[b] != RELAXED && orders[b] != RELEASE;
      assert_int_equal(gave(before, 1), releases && acquires);
      assert_false(gave(after, 1));
      assert_false(gave(write_by(1), 0));
    }
}

static void another_address_gives_nothing(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, SEQ_CST);
  load(1, &y, SEQ_CST);
  add(1, &y, SEQ_CST);
  fence(1, SEQ_CST);
  assert_false(gave(e, 1));
  // Bytes of one word are addresses of their own.
  static _Alignas(8) uint8_t b[8];
  fresh();
  e = write_by(0);
  run(0), __tsan_atomic8_store(&b[0], 1, RELEASE);
  run(1), __tsan_atomic8_load(&b[1], ACQUIRE);
  assert_false(gave(e, 1));
  run(1), __tsan_atomic8_load(&b[0], ACQUIRE);
  assert_true(gave(e, 1));
  syncvar_forget((uintptr_t)b, sizeof b);
}

// ---- release sequences -----------------------------------------------------------------------------

static void a_relaxed_rmw_continues_a_release_sequence(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  struct event f = write_by(1);
  add(1, &x, RELAXED);
  load(2, &x, ACQUIRE);
  assert_true(gave(e, 2));
  assert_false(gave(f, 2));
  assert_false(gave(e, 1));
}

static void a_relaxed_store_by_another_breaks_it(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  store(1, &x, 2, RELAXED);
  assert_int_equal(load(2, &x, ACQUIRE), 2);
  assert_false(gave(e, 2));
}

static void a_relaxed_store_by_the_same_goroutine_does_not(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  struct event f = write_by(0);
  store(0, &x, 2, RELAXED);
  load(2, &x, ACQUIRE);
  assert_true(gave(e, 2));
  assert_false(gave(f, 2));
}

static void a_release_store_replaces_what_was(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  struct event f = write_by(1);
  store(1, &x, 2, RELEASE);
  load(2, &x, ACQUIRE);
  assert_false(gave(e, 2));
  assert_true(gave(f, 2));
}

static void a_release_rmw_joins_what_was(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  struct event f = write_by(1);
  add(1, &x, RELEASE);
  load(2, &x, ACQUIRE);
  assert_true(gave(e, 2));
  assert_true(gave(f, 2));
  assert_false(gave(e, 1));
}

// ---- compare and exchange --------------------------------------------------------------------------

static void compare_exchange_orders(void **state) {
  (void)state;
  fresh();
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  struct event f = write_by(1);
  assert_true(cas(1, &x, 1, 2, ACQ_REL, RELAXED));
  assert_true(gave(e, 1));
  load(2, &x, ACQUIRE);
  assert_true(gave(f, 2));

  fresh();
  e = write_by(0);
  store(0, &x, 1, RELEASE);
  f = write_by(1);
  assert_false(cas(1, &x, 7, 2, ACQ_REL, RELAXED));  // failed: neither acquires nor releases
  assert_false(gave(e, 1));
  load(2, &x, ACQUIRE);
  assert_true(gave(e, 2));
  assert_false(gave(f, 2));

  fresh();
  e = write_by(0);
  store(0, &x, 1, RELEASE);
  assert_false(cas(1, &x, 7, 2, RELEASE, ACQUIRE));  // failed: acquires by its failure order
  assert_true(gave(e, 1));
  assert_false(cas(2, &x, 7, 2, RELAXED, RELAXED));  // and by a fence after a relaxed failure
  assert_false(gave(e, 2));
  fence(2, ACQUIRE);
  assert_true(gave(e, 2));

  fresh();
  e = write_by(0);
  store(0, &x, 1, RELEASE);
  assert_true(cas(1, &x, 1, 2, RELEASE, ACQUIRE));  // succeeded: by the success order
  assert_false(gave(e, 1));
}

// ---- fences ------------------------------------------------------------------------------------------

static void release_fence_and_relaxed_store(void **state) {
  (void)state;
  for (int rmw = 0; rmw < 2; rmw++) {
    fresh();
    struct event before = write_by(0);
    fence(0, RELEASE);
    struct event after = write_by(0);
    if (rmw) add(0, &x, RELAXED);
    else store(0, &x, 1, RELAXED);
    load(1, &x, ACQUIRE);
    assert_true(gave(before, 1));
    assert_false(gave(after, 1));
  }
  // An acquire fence publishes nothing; neither does a release fence after the store.
  fresh();
  struct event e = write_by(0);
  fence(0, ACQUIRE);
  store(0, &x, 1, RELAXED);
  fence(0, RELEASE);
  load(1, &x, ACQUIRE);
  assert_false(gave(e, 1));
}

static void relaxed_load_and_acquire_fence(void **state) {
  (void)state;
  for (int rmw = 0; rmw < 2; rmw++) {
    fresh();
    struct event e = write_by(0);
    store(0, &x, 1, RELEASE);
    if (rmw) add(1, &x, RELAXED);
    else load(1, &x, RELAXED);
    assert_false(gave(e, 1));
    fence(1, RELEASE);
    assert_false(gave(e, 1));
    fence(1, ACQUIRE);
    assert_true(gave(e, 1));
  }
  fresh();  // the fence comes before the load
  struct event e = write_by(0);
  store(0, &x, 1, RELEASE);
  fence(1, ACQUIRE);
  load(1, &x, RELAXED);
  assert_false(gave(e, 1));
}

static void fence_to_fence(void **state) {
  (void)state;
  const int orders[] = {RELAXED, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST};
  for (int a = 0; a < 5; a++)
    for (int b = 0; b < 5; b++) {
      fresh();
      struct event e = write_by(0);
      fence(0, orders[a]);
      store(0, &x, 1, RELAXED);
      load(1, &x, RELAXED);
      fence(1, orders[b]);
      bool releases = a >= 2, acquires = b == 1 || b >= 3;
      assert_int_equal(gave(e, 1), releases && acquires);
    }
  fresh();
  struct event e = write_by(0);
  run(0), __tsan_atomic_signal_fence(SEQ_CST);
  store(0, &x, 1, RELAXED);
  load(1, &x, SEQ_CST);
  assert_false(gave(e, 1));
}

// ---- values ------------------------------------------------------------------------------------------

#define VALUES(bits, T)                                                                            \
  do {                                                                                             \
    _Alignas(16) T a = 5;                                                                          \
    T big = (T) ~(T)2, was;                                                                        \
    assert_true(__tsan_atomic##bits##_load(&a, SEQ_CST) == 5);                                     \
    __tsan_atomic##bits##_store(&a, 6, RELEASE), assert_true(a == 6);                              \
    __tsan_atomic##bits##_store(&a, 7, SEQ_CST), assert_true(a == 7);                              \
    assert_true(__tsan_atomic##bits##_exchange(&a, big, ACQ_REL) == 7 && a == big);                \
    assert_true(__tsan_atomic##bits##_fetch_add(&a, 4, RELAXED) == big && a == 1);                 \
    assert_true(__tsan_atomic##bits##_fetch_sub(&a, 4, RELEASE) == 1 && a == big);                 \
    assert_true(__tsan_atomic##bits##_fetch_and(&a, 0xf, ACQUIRE) == big && a == 0xd);             \
    assert_true(__tsan_atomic##bits##_fetch_or(&a, 0x12, SEQ_CST) == 0xd && a == 0x1f);            \
    assert_true(__tsan_atomic##bits##_fetch_xor(&a, 0x11, RELAXED) == 0x1f && a == 0xe);           \
    assert_true(__tsan_atomic##bits##_fetch_nand(&a, 6, RELAXED) == 0xe && a == (T) ~(T)6);        \
    was = 3;                                                                                       \
    assert_false(__tsan_atomic##bits##_compare_exchange_strong(&a, &was, 9, SEQ_CST, RELAXED));    \
    assert_true(was == (T) ~(T)6 && a == was);                                                     \
    assert_true(__tsan_atomic##bits##_compare_exchange_weak(&a, &was, 9, SEQ_CST, RELAXED));       \
    assert_true(a == 9 && was == (T) ~(T)6);                                                       \
    assert_true(__tsan_atomic##bits##_compare_exchange_val(&a, 8, 1, ACQUIRE, ACQUIRE) == 9 && a == 9); \
    assert_true(__tsan_atomic##bits##_compare_exchange_val(&a, 9, big, RELAXED, RELAXED) == 9 && a == big); \
    syncvar_forget((uintptr_t)&a, sizeof a);                                                       \
  } while (0)

static void values(void **state) {
  (void)state;
  fresh();
  for (int i = -1; i < 1; i++) {  // also where nothing is checked
    if (i < 0) race_cur = NULL;
    else run(i);
    VALUES(8, uint8_t);
    VALUES(16, uint16_t);
    VALUES(32, uint32_t);
    VALUES(64, uint64_t);
    VALUES(128, u128);
  }
  _Alignas(16) u128 wide = (u128)1 << 100;
  run(0);
  assert_true(__tsan_atomic128_fetch_add(&wide, (u128)1 << 64, SEQ_CST) == (u128)1 << 100);
  assert_true(wide == ((u128)1 << 100 | (u128)1 << 64));
}

// ---- against C11 written out --------------------------------------------------------------------------

// What is known is a set of events, by goroutine its count. `sure` follows the standard; `may` is the
// rule of atomic.c for sequences of several heads, which keeps more.
struct known {
  uint32_t upto[GS];
};
enum { LOCATIONS = 3, HEADS = 16 };
struct location {
  uint32_t value, n;
  struct {
    int by;
    struct known what;
  } head[HEADS];
  uint32_t extra_heads;      // by bit: heads of `may`
  struct known extra;        // the clock of `may`
};
struct model {
  struct known now[GS], fence_rel[GS], pending[GS];
  bool fenced[GS];
};

static uint64_t seed = 88172645463325252u;
static uint32_t rnd(uint32_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 11) % n;
}
static void learn(struct known *a, const struct known *b) {
  for (int i = 0; i < GS; i++)
    if (a->upto[i] < b->upto[i]) a->upto[i] = b->upto[i];
}

static struct known sync_of(const struct location *l) {
  struct known k = {0};
  for (uint32_t i = 0; i < l->n; i++) learn(&k, &l->head[i].what);
  return k;
}
static void add_head(struct location *l, int by, const struct known *what) {
  for (uint32_t i = 0; i < l->n; i++)
    if (l->head[i].by == by) {  // the later one knows all that the earlier knew
      learn(&l->head[i].what, what);
      return;
    }
  l->head[l->n].by = by;
  l->head[l->n++].what = *what;
}

// Two models run side by side: exact (m, head lists) and generous (w, extra).
static struct model exact, generous;
static struct location loc[LOCATIONS];
static uint32_t word[LOCATIONS];

static void see(int by, int l, int mo) {
  struct known k = sync_of(&loc[l]);
  bool acquires = mo != RELAXED && mo != RELEASE;
  learn(acquires ? &exact.now[by] : &exact.pending[by], &k);
  learn(acquires ? &generous.now[by] : &generous.pending[by], &loc[l].extra);
}
static bool is_release(int mo) { return mo == RELEASE || mo == ACQ_REL || mo == SEQ_CST; }

static void put_heads(int by, int l, int mo) {
  if (is_release(mo)) {
    add_head(&loc[l], by, &exact.now[by]);
    learn(&loc[l].extra, &generous.now[by]);
    loc[l].extra_heads |= 1u << by;
  } else if (exact.fenced[by]) {
    add_head(&loc[l], by, &exact.fence_rel[by]);
    learn(&loc[l].extra, &generous.fence_rel[by]);
    loc[l].extra_heads |= 1u << by;
  }
}
static void model_store(int by, int l, int mo) {
  if (is_release(mo)) {
    loc[l].n = 0;
    memset(&loc[l].extra, 0, sizeof loc[l].extra);
    loc[l].extra_heads = 0;
  } else {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < loc[l].n; i++)
      if (loc[l].head[i].by == by) loc[l].head[kept++] = loc[l].head[i];
    loc[l].n = kept;
    if (!(loc[l].extra_heads & 1u << by)) {
      memset(&loc[l].extra, 0, sizeof loc[l].extra);
      loc[l].extra_heads = 0;
    }
  }
  put_heads(by, l, mo);
}
static void model_fence(struct model *m, int by, int mo) {
  if (mo != RELAXED && mo != RELEASE) learn(&m->now[by], &m->pending[by]);
  if (is_release(mo)) m->fence_rel[by] = m->now[by], m->fenced[by] = true;
}

static void as_the_standard_says(void **state) {
  (void)state;
  static struct event made[GS][4000];
  const int all[] = {RELAXED, RELAXED, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST};
  for (int round = 0; round < 300; round++) {
    fresh();
    uint32_t count[GS] = {0};
    memset(&exact, 0, sizeof exact), memset(&generous, 0, sizeof generous), memset(loc, 0, sizeof loc);
    memset(word, 0, sizeof word);
    syncvar_forget((uintptr_t)word, sizeof word);
    for (int step = 0; step < 200; step++) {
      int by = (int)rnd(GS), l = (int)rnd(LOCATIONS), mo = all[rnd(6)], fail = (int[]){RELAXED, ACQUIRE, SEQ_CST}[rnd(3)];
      made[by][count[by]++] = write_by(by);
      exact.now[by].upto[by] = generous.now[by].upto[by] = count[by];
      switch (rnd(6)) {
      case 0: {
        int s = mo == ACQUIRE || mo == ACQ_REL ? RELAXED : mo;
        store(by, &word[l], ++loc[l].value, s);
        model_store(by, l, s);
        break;
      }
      case 1: case 2: {
        int s = mo == RELEASE || mo == ACQ_REL ? ACQUIRE : mo;
        assert_int_equal(load(by, &word[l], s), loc[l].value);
        see(by, l, s);
        break;
      }
      case 3:
        assert_int_equal(add(by, &word[l], mo), loc[l].value++);
        see(by, l, mo);
        put_heads(by, l, mo);
        break;
      case 4:
        if (rnd(2)) {
          assert_true(cas(by, &word[l], loc[l].value, loc[l].value + 1, mo, fail));
          loc[l].value++;
          see(by, l, mo);
          put_heads(by, l, mo);
        } else {
          assert_false(cas(by, &word[l], loc[l].value + 7, 0, mo, fail));
          see(by, l, fail);
        }
        break;
      default:
        fence(by, mo);
        model_fence(&exact, by, mo), model_fence(&generous, by, mo);
      }
      for (int g = 0; g < GS; g++)
        for (int other = 0; other < GS; other++) {
          uint32_t least = exact.now[g].upto[other], most = generous.now[g].upto[other];
          if (least) assert_true(gave(made[other][least - 1], g));
          if (most < count[other]) assert_false(gave(made[other][most], g));
        }
    }
  }
}

// ---- threads: values are atomic, and the edges hold --------------------------------------------------

static uint32_t turn, guarded[64];
static struct event published[64];
static _Atomic int bad;

// Two threads hand a token on through one word by compare-exchange; whoever gets it must know what the
// giver did before.
static void *hand_on(void *arg) {
  int me = (int)(intptr_t)arg;
  race_cur = gs[me];
  for (uint32_t n = 0; n < 20000; n++) {
    uint32_t mine = 2 * n + (uint32_t)me, want = mine;
    while (!__tsan_atomic32_compare_exchange_weak(&turn, &want, mine | 1u << 31, ACQUIRE, RELAXED)) {
      want = mine;
      sched_yield();
    }
    if (mine > 0 && !gave(published[(mine - 1) % 64], me)) bad++;
    guarded[mine % 64]++;
    published[mine % 64] = write_by(me);
    if (n % 3) __tsan_atomic32_store(&turn, mine + 1, RELEASE);
    else if (n % 2) __tsan_atomic_thread_fence(RELEASE), __tsan_atomic32_store(&turn, mine + 1, RELAXED);
    else __tsan_atomic32_exchange(&turn, mine + 1, ACQ_REL);
  }
  race_cur = NULL;
  return NULL;
}

static uint32_t counter;
static void *count_up(void *arg) {
  race_cur = gs[(intptr_t)arg];
  for (int i = 0; i < 50000; i++) {
    __tsan_atomic32_fetch_add(&counter, 1, i % 2 ? RELAXED : ACQ_REL);
    uint32_t was = __tsan_atomic32_load(&counter, RELAXED);
    while (!__tsan_atomic32_compare_exchange_strong(&counter, &was, was + 1, SEQ_CST, ACQUIRE)) {
    }
  }
  race_cur = NULL;
  return NULL;
}

static void with_threads(void *(*fn)(void *)) {
  fresh();
  race_cur = NULL;
  pthread_t t[2];
  race_hidden = 1;  // the threads are the test's: they run as gs[0] and gs[1]
  for (intptr_t i = 0; i < 2; i++) pthread_create(&t[i], NULL, fn, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
  race_hidden = 0;
}

static void a_token_between_threads(void **state) {
  (void)state;
  with_threads(hand_on);
  assert_int_equal(bad, 0);
  assert_int_equal(turn, 40000);
}
static void counting_threads(void **state) {
  (void)state;
  with_threads(count_up);
  assert_int_equal(counter, 200000);
}

static int set_up(void **state) {
  (void)state;
  race_init();
  race_cur = NULL;
  return 0;
}

// ---- races that an operation finds under the lock of its clocks -----------------------------------------

static unsigned told;

void report_race(const struct race_report *r) {
  (void)r;
  told++;
}

// Each byte of 16 was written elsewhere in the program: none of the pairs of places may be lost.
static void tells_every_pair_of_places(void **state) {
  (void)state;
  static u128 wide;
  fresh();
  run(1);
  __tsan_atomic128_store(&wide, 0, RELEASE);  // there is a clock, so there is a lock
  shadow_clear((uintptr_t)&wide, sizeof wide);
  for (unsigned i = 0; i < sizeof wide; i++) access_check(gs[0], (uintptr_t)&wide + i, 1, ACCESS_WRITE, 0x1000 + 16 * i);
  told = 0;
  run(1);
  __tsan_atomic128_fetch_add(&wide, 1, ACQ_REL);
  assert_int_equal(told, sizeof wide);
  race_cur = NULL;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(store_then_load),
      cmocka_unit_test(rmw_then_rmw),
      cmocka_unit_test(another_address_gives_nothing),
      cmocka_unit_test(a_relaxed_rmw_continues_a_release_sequence),
      cmocka_unit_test(a_relaxed_store_by_another_breaks_it),
      cmocka_unit_test(a_relaxed_store_by_the_same_goroutine_does_not),
      cmocka_unit_test(a_release_store_replaces_what_was),
      cmocka_unit_test(a_release_rmw_joins_what_was),
      cmocka_unit_test(compare_exchange_orders),
      cmocka_unit_test(release_fence_and_relaxed_store),
      cmocka_unit_test(relaxed_load_and_acquire_fence),
      cmocka_unit_test(fence_to_fence),
      cmocka_unit_test(values),
      cmocka_unit_test(as_the_standard_says),
      cmocka_unit_test(a_token_between_threads),
      cmocka_unit_test(counting_threads),
      cmocka_unit_test(tells_every_pair_of_places),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
