// SPDX-License-Identifier: Apache-2.0
// vclock_test.c holds vclock.c against an array of clocks: same operations, same answers, always valid.
#include "vclock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CLOCKS = 12, SLOTS = 9000, THREADS = 4 };

struct model {
  uint32_t clk[SLOTS];
};

static uint64_t seed = 88172645463325252u;
static uint32_t rnd(uint32_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 11) % n;
}

// Slots fall mostly in a small set, now and then next to the end of arrays and leaves, or anywhere.
static uint32_t some_slot(uint32_t slots) {
  static const uint32_t edges[] = {0, 15, 16, 31, 32, 63, 1023, 1024, 4080, 4095, 4096, 4097, 8191, SLOTS - 1};
  uint32_t slot = rnd(8) == 0 ? edges[rnd(sizeof edges / sizeof *edges)] : rnd(4) ? rnd(48) : rnd(SLOTS);
  return slot % slots;
}

static void check_same(const struct vclock *vc, const struct model *m) {
  assert_true(vclock_is_valid(vc));
  for (uint32_t s = 0; s < SLOTS; s++)
    if (vclock_get(vc, s) != m->clk[s]) fail_msg("slot %u: %u, model %u", s, vclock_get(vc, s), m->clk[s]);
}

static bool model_covers(const struct model *a, const struct model *b) {
  for (uint32_t s = 0; s < SLOTS; s++)
    if (a->clk[s] < b->clk[s]) return false;
  return true;
}

static void model_join(struct model *a, const struct model *b) {
  for (uint32_t s = 0; s < SLOTS; s++)
    if (a->clk[s] < b->clk[s]) a->clk[s] = b->clk[s];
}

// walk runs random operations over slots < slots and compares with the model now and then.
static void walk(uint32_t slots, unsigned steps) {
  struct vclock vc[CLOCKS] = {0};
  struct model *m = calloc(CLOCKS, sizeof *m);
  for (unsigned i = 0; i < steps; i++) {
    unsigned a = rnd(CLOCKS), b = rnd(CLOCKS);
    switch (rnd(16)) {
    case 0:
      vclock_clear(&vc[a]);
      memset(&m[a], 0, sizeof m[a]);
      break;
    case 1: case 2: case 3:
      vclock_copy(&vc[a], &vc[b]);
      m[a] = m[b];
      break;
    case 4: case 5: case 6: case 7: {
      bool covered = model_covers(&m[a], &m[b]);
      assert_int_equal(vclock_covers(&vc[a], &vc[b]), covered);
      if (!vclock_join(&vc[a], &vc[b])) assert_true(covered);
      model_join(&m[a], &m[b]);
      assert_true(vclock_covers(&vc[a], &vc[b]));
      break;
    }
    default: {
      uint32_t s = some_slot(slots), clk = rnd(50) + (rnd(30) == 0 ? 0xfffffff0u - 50 : 0);
      assert_int_equal(vclock_raise(&vc[a], s, clk), m[a].clk[s] < clk);
      if (m[a].clk[s] < clk) m[a].clk[s] = clk;
      assert_int_equal(vclock_get(&vc[a], s), m[a].clk[s]);
    }
    }
    assert_true(vclock_is_valid(&vc[a]));
    if (rnd(64) == 0) check_same(&vc[a], &m[a]);
  }
  for (unsigned a = 0; a < CLOCKS; a++) {
    check_same(&vc[a], &m[a]);
    vclock_clear(&vc[a]);
  }
  free(m);
}

static void same_as_arrays_few_slots(void **state) {
  (void)state;
  walk(3, 4000);
  walk(40, 6000);
}
static void same_as_arrays_dense(void **state) {
  (void)state;
  walk(VCLOCK_DENSE, 8000);
}
static void same_as_arrays_dense_and_tree(void **state) {
  (void)state;
  for (int i = 0; i < 20; i++) walk(SLOTS, 1500);
}

static void far_slots(void **state) {
  (void)state;
  struct vclock a = {0}, b = {0};
  const uint32_t far[] = {UINT32_MAX, UINT32_MAX - 1, 1u << 31, 1u << 30, (1u << 25) + 7, 1u << 20, 5, 0};
  for (unsigned i = 0; i < 8; i++) assert_true(vclock_raise(i & 1 ? &a : &b, far[i], i + 1));
  vclock_join(&a, &b);
  for (unsigned i = 0; i < 8; i++) assert_int_equal(vclock_get(&a, far[i]), i + 1);
  assert_int_equal(vclock_get(&a, 6), 0);
  assert_true(vclock_covers(&a, &b));
  assert_false(vclock_covers(&b, &a));
  assert_true(vclock_is_valid(&a));
  vclock_clear(&a);
  vclock_clear(&b);
}

// A copy and its original part company whoever writes first.
static void copies_are_independent(void **state) {
  (void)state;
  for (uint32_t n = 1; n < 6000; n += 733) {
    struct vclock a = {0}, b = {0};
    for (uint32_t s = 0; s < n; s++) vclock_raise(&a, s, s + 1);
    vclock_copy(&b, &a);
    for (uint32_t s = 0; s < n; s += 7) vclock_raise(&a, s, 100000);
    for (uint32_t s = 0; s < n; s += 5) vclock_raise(&b, s, 200000);
    for (uint32_t s = 0; s < n; s++) {
      assert_int_equal(vclock_get(&a, s), s % 7 ? s + 1 : 100000);
      assert_int_equal(vclock_get(&b, s), s % 5 ? s + 1 : 200000);
    }
    vclock_clear(&a);
    vclock_clear(&b);
  }
}

// What a spawn does: the child's clock is the parent's and one entry. It must share the base.
static void a_spawned_clock_is_small(void **state) {
  (void)state;
  struct vclock parent = {0};
  for (uint32_t s = 0; s < 50000; s++) vclock_raise(&parent, s, 3);
  enum { N = 1000 };
  struct vclock *child = calloc(N, sizeof *child);
  for (unsigned i = 0; i < N; i++) {
    vclock_copy(&child[i], &parent);
    vclock_raise(&child[i], 50001, i + 1);
    assert_ptr_equal(child[i].base, parent.base);
  }
  for (unsigned i = 0; i < N; i++) {
    assert_int_equal(vclock_get(&child[i], 50001), i + 1);
    vclock_clear(&child[i]);
  }
  free(child);
  vclock_clear(&parent);
}

// ---- threads: values are right and the counts reach zero though bases are shared across threads ----

struct cell {
  pthread_mutex_t lock;
  struct vclock vc;
};
static struct cell cells[8];
static uint32_t stress_slots;

// Every thread raises its own slot, publishes, joins, and knows a lower bound that must hold: what it
// has seen of a slot never falls.
static void *stress(void *arg) {
  uint32_t me = (uint32_t)(uintptr_t)arg, slot = me * (stress_slots / THREADS);
  struct vclock mine = {0};
  uint32_t seen[THREADS] = {0};
  uint64_t r = 1234567 + me;
  for (uint32_t i = 1; i < 30000; i++) {
    r = r * 6364136223846793005u + 1442695040888963407u;
    struct cell *c = &cells[(r >> 33) % 8];
    vclock_raise(&mine, slot, i);
    pthread_mutex_lock(&c->lock);
    if (r >> 63) vclock_join(&mine, &c->vc);
    else if ((r >> 62) & 1) vclock_join(&c->vc, &mine);
    else vclock_copy(&c->vc, &mine);
    pthread_mutex_unlock(&c->lock);
    for (uint32_t t = 0; t < THREADS; t++) {
      uint32_t now = vclock_get(&mine, t * (stress_slots / THREADS));
      if (now < seen[t]) abort();
      seen[t] = now;
    }
    if (vclock_get(&mine, slot) != i) abort();
    if (i % 500 == 0) vclock_clear(&mine), memset(seen, 0, sizeof seen);
  }
  vclock_clear(&mine);
  return NULL;
}

static void run_stress(uint32_t slots) {
  stress_slots = slots;
  for (int i = 0; i < 8; i++) pthread_mutex_init(&cells[i].lock, NULL);
  pthread_t t[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, stress, (void *)i);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  for (int i = 0; i < 8; i++) {
    assert_true(vclock_is_valid(&cells[i].vc));
    vclock_clear(&cells[i].vc);
  }
}
static void shared_between_threads_dense(void **state) {
  (void)state;
  run_stress(256);
}
static void shared_between_threads_tree(void **state) {
  (void)state;
  run_stress(40000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_as_arrays_few_slots),     cmocka_unit_test(same_as_arrays_dense),
      cmocka_unit_test(same_as_arrays_dense_and_tree), cmocka_unit_test(far_slots),
      cmocka_unit_test(copies_are_independent),        cmocka_unit_test(a_spawned_clock_is_small),
      cmocka_unit_test(shared_between_threads_dense),  cmocka_unit_test(shared_between_threads_tree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
