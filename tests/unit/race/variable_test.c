// SPDX-License-Identifier: Apache-2.0
// variable_test.c: each kind of place is told from the others.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "g.h"
#include "variable.h"

#undef malloc  // cmocka's own are not meant
#undef free

static struct {
  int a, b[4];
} global;
static _Thread_local struct {
  int a, b[4];
} per_thread;

static struct variable v;

static enum where find(const void *p, struct ginfo *who) {
  variable_find((uintptr_t)p, 4, &who, 1, race_cur->info, 0, &v);
  return v.where;
}

static void a_global(void **state) {
  assert_int_equal(find(&global.b[2], race_cur->info), WHERE_GLOBAL);
  assert_string_equal(v.data.name, "global");
  assert_string_equal(v.data.path, ".b[2]");
  assert_int_equal(v.offset, 12);
}

static void a_block(void **state) {
#ifdef __SANITIZE_ADDRESS__  // then malloc is ASan's, and heap.c knows no blocks
  return;
#endif
  char *volatile p = malloc(64);
  assert_int_equal(find(p + 24, race_cur->info), WHERE_HEAP);
  assert_int_equal(v.offset, 24);
  assert_int_equal(v.block.size, 64);
  assert_false(v.block.is_freed);
  char *volatile was = p;
  free(p);
  assert_int_equal(find(was + 24, race_cur->info), WHERE_HEAP);
  assert_true(v.block.is_freed);
}

static void a_stack(void **state) {
  int local = 0;
  assert_int_equal(find(&local, race_cur->info), WHERE_STACK);
  assert_ptr_equal(v.owner, race_cur->info);
}

static void nothing(void **state) {
  void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_int_equal(find(p, race_cur->info), WHERE_UNKNOWN);
  munmap(p, 4096);
}

static void my_thread_local(void **state) {
  per_thread.a = 1;
  assert_int_equal(find(&per_thread.b[1], race_cur->info), WHERE_TLS);
  assert_string_equal(v.data.name, "per_thread");
  assert_string_equal(v.data.path, ".b[1]");
  assert_ptr_equal(v.owner, race_cur->info);
}

// ---- of another thread ---------------------------------------------------------------------------------------

static pthread_barrier_t barrier;
static struct {
  int *thread_local, *local;
  struct ginfo *who;
} its;

static void *thread(void *arg) {
  int local = 0;
  its.thread_local = &per_thread.b[3];
  its.local = &local;
  its.who = ginfo_ref(race_cur->info);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  return arg;
}

static void of_another_thread(void **state) {
  pthread_t t;
  pthread_barrier_init(&barrier, NULL, 2);
  assert_int_equal(pthread_create(&t, NULL, thread, NULL), 0);
  pthread_barrier_wait(&barrier);
  assert_int_equal(find(its.thread_local, its.who), WHERE_TLS);
  assert_string_equal(v.data.path, ".b[3]");
  assert_ptr_equal(v.owner, its.who);
  assert_int_equal(find(its.local, its.who), WHERE_STACK);
  assert_ptr_equal(v.owner, its.who);
  pthread_barrier_wait(&barrier);
  pthread_join(t, NULL);
  find(its.local, its.who);  // its stack may be gone: no fault
  ginfo_unref(its.who);
}

static int *main_thread_local;
static struct ginfo *main_info;

static void *look_at_main(void *arg) {
  (void)arg;
  bool right = find(main_thread_local, main_info) == WHERE_TLS && v.owner == main_info && strcmp(v.data.path, ".a") == 0;
  return right ? NULL : (void *)1;
}

static void of_the_main_thread(void **state) {
  pthread_t t;
  void *bad;
  main_thread_local = &per_thread.a;
  main_info = race_cur->info;
  assert_int_equal(pthread_create(&t, NULL, look_at_main, NULL), 0);
  pthread_join(t, &bad);
  assert_null(bad);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_global), cmocka_unit_test(a_block),         cmocka_unit_test(a_stack),
      cmocka_unit_test(nothing),  cmocka_unit_test(my_thread_local), cmocka_unit_test(of_another_thread),
      cmocka_unit_test(of_the_main_thread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
