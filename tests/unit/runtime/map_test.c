// SPDX-License-Identifier: Apache-2.0
// map_test.c: the concurrent map and the pool: what was put is found, once, by whoever asks.
#include "sync_help.h"

#include <stdatomic.h>

static void keys_and_values(void) {
  static cr_map m;
  int a, b, c;
  check(!cr_map_load(&m, CR_KEY("a")) && cr_map_len(&m) == 0);
  cr_map_store(&m, CR_KEY("a"), &a);
  check(cr_map_load(&m, CR_KEY("a")) == &a && !cr_map_load(&m, "ab", 2) && !cr_map_load(&m, "a", 0));
  check(cr_map_load_or_store(&m, CR_KEY("a"), &b) == &a);
  check(!cr_map_load_or_store(&m, CR_KEY("b"), &b));
  check(cr_map_swap(&m, CR_KEY("b"), &c) == &b && cr_map_load(&m, CR_KEY("b")) == &c);
  check(!cr_map_swap(&m, "", 0, &a) && cr_map_load(&m, "", 0) == &a);
  check_eq(cr_map_len(&m), 3);
  check(cr_map_delete(&m, CR_KEY("b")) == &c && !cr_map_delete(&m, CR_KEY("b")) && !cr_map_load(&m, CR_KEY("b")));
  check_eq(cr_map_len(&m), 2);
  cr_map_free(&m);
  check(cr_map_len(&m) == 0 && !cr_map_load(&m, CR_KEY("a")));
  cr_map_free(&m);
}

static bool sums(void *arg, const void *key, size_t n, void *value) {
  check(n == sizeof(int) && (intptr_t)value == *(const int *)key + 1);
  *(long *)arg += (intptr_t)value;
  return true;
}

static bool first_only(void *arg, const void *key, size_t n, void *value) {
  ++*(int *)arg;
  return false;
}

static void many_keys(void) {
  enum { N = 50000 };
  cr_map m = {0};
  for (int i = 0; i < N; i++) cr_map_store(&m, CR_KEY_OF(i), (void *)(intptr_t)(i + 1));
  for (int i = 0; i < N; i++) check_eq((intptr_t)cr_map_load(&m, CR_KEY_OF(i)), i + 1);
  long sum = 0;
  int calls = 0;
  cr_map_each(&m, sums, &sum);
  cr_map_each(&m, first_only, &calls);
  check_eq(sum, (long)N * (N + 1) / 2);
  check_eq(calls, 1);
  for (int i = 0; i < N; i += 2) check(cr_map_delete(&m, CR_KEY_OF(i)));
  for (int i = 0; i < N; i++) check(!cr_map_load(&m, CR_KEY_OF(i)) == !(i % 2));
  check_eq(cr_map_len(&m), N / 2);
  cr_map_free(&m);
}

// Each key is claimed by exactly one of those who try, and taken out by exactly one.
enum { KEYS = 2000 };
static cr_map claims;
static atomic_int claimed, removed;

static void claims_keys(cr_waitgroup *wg) {
  static char me;
  for (int i = 0; i < KEYS; i++) {
    claimed += !cr_map_load_or_store(&claims, CR_KEY_OF(i), &me);
    if (i % 64 == 0) cr_yield();
  }
  cr_waitgroup_done(wg);
}

static void removes_keys(cr_waitgroup *wg) {
  for (int i = 0; i < KEYS; i++) removed += cr_map_delete(&claims, CR_KEY_OF(i)) != NULL;
  cr_waitgroup_done(wg);
}

static void each_key_once(void) {
  cr_waitgroup wg = {0};
  claimed = removed = 0;
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 8; i++) cr_go(claims_keys, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(claimed, KEYS);
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 8; i++) cr_go(removes_keys, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(removed, KEYS);
  cr_map_free(&claims);
}

// ---- pool ------------------------------------------------------------------------------------

struct thing {
  atomic_int owners;
};
static atomic_int made, dropped;

static void *make_thing(void) {
  made++;
  return calloc(1, sizeof(struct thing));
}

static void drop_thing(void *t) {
  dropped++;
  free(t);
}

static cr_pool pool = {.make = make_thing, .drop = drop_thing};

static void borrows(cr_waitgroup *wg) {
  struct thing *t[3];
  for (int i = 0; i < 2000; i++) {
    int n = i % 3 + 1;
    for (int k = 0; k < n; k++) {
      t[k] = cr_pool_get(&pool);
      check_eq(atomic_fetch_add(&t[k]->owners, 1), 0);
    }
    if (i % 5 == 0) cr_yield();
    for (int k = 0; k < n; k++) {
      atomic_fetch_sub(&t[k]->owners, 1);
      cr_pool_put(&pool, t[k]);
    }
  }
  cr_waitgroup_done(wg);
}

static void one_owner_at_a_time(void) {
  made = dropped = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 8; i++) cr_go(borrows, &wg);
  cr_waitgroup_wait(&wg);
  check(made > 0 && made < 8 * 2000);
  cr_pool_free(&pool);
  check_eq(made, dropped);
}

static void what_is_beyond_is_dropped(void) {
  made = dropped = 0;
  void *t[1000];
  for (int i = 0; i < 1000; i++) t[i] = cr_pool_get(&pool);
  check_eq(made, 1000);
  for (int i = 0; i < 1000; i++) cr_pool_put(&pool, t[i]);
  check(dropped >= 1000 - 64 * cr_maxprocs() && (dropped > 0 || cr_maxprocs() > 15));
  cr_pool_put(&pool, NULL);
  cr_pool_free(&pool);
  check_eq(dropped, 1000);
  cr_pool empty = {0};
  check(!cr_pool_get(&empty));
  cr_pool_put(&empty, &made);
  check(cr_pool_get(&empty) == &made && !cr_pool_get(&empty));
  cr_pool_free(&empty);
  cr_pool_free(&empty);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(keys_and_values), GO_TEST(many_keys), GO_TEST(each_key_once), GO_TEST(one_owner_at_a_time),
      GO_TEST(what_is_beyond_is_dropped),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
