// SPDX-License-Identifier: Apache-2.0
// syncvar_test.c: addresses find their own sync object, ranges forget exactly theirs, in parallel too.
#include "syncvar.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "init.h"

static bool found(const volatile void *p) {
  struct syncvar *sv = syncvar_lock_found((uintptr_t)p);
  if (sv) syncvar_unlock((uintptr_t)p);
  return sv != NULL;
}
static void make(const volatile void *p, uint64_t mark) {
  syncvar_lock((uintptr_t)p)->aux = mark;
  syncvar_unlock((uintptr_t)p);
}

static void every_byte_is_an_address(void **state) {
  (void)state;
  static char area[4096];
  size_t before = syncvar_live();
  for (int i = 0; i < 4096; i++) assert_false(found(area + i));
  for (int i = 0; i < 4096; i++) make(area + i, (uint64_t)i);
  assert_int_equal(syncvar_live(), before + 4096);
  for (int i = 4095; i >= 0; i--) {
    struct syncvar *sv = syncvar_lock((uintptr_t)area + i);
    assert_int_equal(sv->aux, i);
    assert_int_equal(sv->addr, (uintptr_t)area + i);
    syncvar_unlock((uintptr_t)area + i);
  }
  assert_int_equal(syncvar_live(), before + 4096);
  syncvar_forget((uintptr_t)area, sizeof area);
  assert_int_equal(syncvar_live(), before);
}

// Random ranges against an array of flags; ends fall within words, blocks and areas.
static void a_range_forgets_exactly_itself(void **state) {
  (void)state;
  enum { N = 3 << 20 };
  char *area = mmap(NULL, N, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  bool *has = calloc(N, 1);
  uint64_t r = 99;
  size_t before = syncvar_live();
  for (int step = 0; step < 300; step++) {
    for (int k = 0; k < 200; k++) {
      r = r * 6364136223846793005u + 1442695040888963407u;
      size_t i = (r >> 33) % N;
      if (k % 2) i = (i & ~(size_t)511) + (size_t)(k % 3) - 1 + 512, i %= N;
      make(area + i, i);
      has[i] = true;
    }
    r = r * 6364136223846793005u + 1442695040888963407u;
    size_t lo = (r >> 33) % N, n = (r >> 20) % (step % 5 ? 5000 : N - lo);
    if (lo + n > N) n = N - lo;
    syncvar_forget((uintptr_t)area + lo, n);
    memset(has + lo, 0, n);
    if (step % 30 == 0)
      for (size_t i = 0; i < N; i++)
        if (found(area + i) != has[i]) fail_msg("offset %zu", i);
  }
  syncvar_forget((uintptr_t)area, N);
  assert_int_equal(syncvar_live(), before);
  free(has);
  munmap(area, N);
}

static void a_huge_range_costs_little(void **state) {
  (void)state;
  static char here;
  make(&here, 1);
  syncvar_forget(1ul << 40, 1ul << 36);  // 64 GB of nothing: a count for each megabyte
  assert_true(found(&here));
  syncvar_forget((uintptr_t)&here, 1);
  assert_false(found(&here));
  syncvar_forget((uintptr_t)&here, 0);
}

// ---- threads -----------------------------------------------------------------------------------------

enum { THREADS = 4, SHARED = 256 };
static char shared[SHARED];
static uint64_t total[THREADS];

static void *hammer(void *arg) {
  uintptr_t me = (uintptr_t)arg;
  static char own[THREADS][8192];
  uint64_t r = me + 7;
  for (int i = 0; i < 60000; i++) {
    r = r * 6364136223846793005u + 1442695040888963407u;
    uintptr_t a = (uintptr_t)&shared[(r >> 33) % SHARED];
    syncvar_lock(a)->aux++;  // would lose counts without the lock
    syncvar_unlock(a);
    total[me]++;
    uintptr_t b = (uintptr_t)&own[me][(r >> 40) % 8192];
    syncvar_lock(b)->aux = me;
    syncvar_unlock(b);
    if (i % 64 == 0) syncvar_forget((uintptr_t)own[me], sizeof own[me]);
  }
  syncvar_forget((uintptr_t)own[me], sizeof own[me]);
  return NULL;
}

static void counts_survive_threads(void **state) {
  (void)state;
  size_t before = syncvar_live();
  pthread_t t[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, hammer, (void *)i);
  uint64_t made = 0, counted = 0;
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL), made += total[i];
  for (int i = 0; i < SHARED; i++) {
    struct syncvar *sv = syncvar_lock_found((uintptr_t)&shared[i]);
    if (!sv) continue;
    counted += sv->aux;
    syncvar_unlock((uintptr_t)&shared[i]);
  }
  assert_int_equal(counted, made);
  syncvar_forget((uintptr_t)shared, sizeof shared);
  assert_int_equal(syncvar_live(), before);
}

static int set_up(void **state) {
  (void)state;
  race_init();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_byte_is_an_address),
      cmocka_unit_test(a_range_forgets_exactly_itself),
      cmocka_unit_test(a_huge_range_costs_little),
      cmocka_unit_test(counts_survive_threads),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
