// SPDX-License-Identifier: Apache-2.0
// stack_test.c: stacks do not overlap, each has its guard, and its G shares the top page.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <fcntl.h>

#include "stack.h"

enum { N = 9000 };  // more than two arenas
static struct g *gs[N];

static int by_address(const void *a, const void *b) {
  uintptr_t x = (uintptr_t)*(struct g *const *)a, y = (uintptr_t)*(struct g *const *)b;
  return x < y ? -1 : x > y;
}

static int make(void **state) {
  for (int i = 0; i < N; i++)
    if (!(gs[i] = stack_new())) return -1;
  qsort(gs, N, sizeof *gs, by_address);
  return 0;
}

static void apart(void **state) {
  for (int i = 0; i < N; i++) {
    struct g *gp = gs[i];
    assert_true((size_t)(gp->stack_hi - gp->stack_lo) > stack_bytes - STACK_GUARD - 8192);
    assert_ptr_equal(gp->stack_hi, gp);
    assert_true((char *)(gp + 1) <= gp->stack_end);
    assert_int_equal((uintptr_t)stack_top(gp) % 64, 0);
    if (i) assert_true(gs[i - 1]->stack_end + STACK_GUARD <= gp->stack_lo);
  }
}

static void g_is_in_the_top_page(void **state) {
  for (int i = 0; i < N; i++) assert_true((char *)gs[i] >= gs[i]->stack_end - 4096);
}

// The kernel says whether a byte can be read: write fails with EFAULT where it cannot.
static bool readable(const void *p) {
  int fd[2];
  assert_int_equal(pipe(fd), 0);
  bool yes = write(fd[1], p, 1) == 1;
  close(fd[0]), close(fd[1]);
  return yes;
}

static void guards_stand(void **state) {
  for (int i = 0; i < N; i += 97) {
    char *lo = gs[i]->stack_lo;
    assert_true(readable(lo));
    assert_false(readable(lo - 1));
    assert_false(readable(lo - STACK_GUARD));
    assert_ptr_equal(stack_in_guard((uintptr_t)lo - 1), gs[i]);
    assert_ptr_equal(stack_in_guard((uintptr_t)lo - STACK_GUARD), gs[i]);
    assert_null(stack_in_guard((uintptr_t)lo));
  }
  assert_null(stack_in_guard((uintptr_t)&gs));
}

static void few_mappings(void **state) {
  FILE *f = fopen("/proc/self/maps", "r");
  int lines = 0;
  for (int c; (c = fgetc(f)) != EOF;) lines += c == '\n';
  fclose(f);
  // Without MADV_GUARD_INSTALL (Linux 6.13) each guard is a mapping; with it each arena is one.
  assert_true(lines < 300 || lines > N);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(apart), cmocka_unit_test(g_is_in_the_top_page),
                                     cmocka_unit_test(guards_stand), cmocka_unit_test(few_mappings)};
  return cmocka_run_group_tests(tests, make, NULL);
}
