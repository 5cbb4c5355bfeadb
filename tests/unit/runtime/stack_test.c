// SPDX-License-Identifier: Apache-2.0
// stack_test.c: stacks of every class do not overlap, each has its guard, and its G shares the top page; with
// little address space arenas are small.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "stack/stack.h"

enum { DEFAULT_STACKS = 9000, OTHERS = 8, N = DEFAULT_STACKS + STACK_CLASSES * OTHERS };
static struct g *gs[N];

static int by_address(const void *a, const void *b) {
  uintptr_t x = (uintptr_t)*(struct g *const *)a, y = (uintptr_t)*(struct g *const *)b;
  return x < y ? -1 : x > y;
}

// add makes n stacks of a class, a few at a time.
static int add(int have, uint32_t class, int n) {
  while (n > 0) {
    struct g *list = stack_new(class, n < 5 ? (uint32_t)n : 5);
    if (!list) return -1;
    for (; list; list = list->schedlink, n--) gs[have++] = list;
  }
  return n ? -1 : have;
}

static int make(void **state) {
  stack_init();
  int have = add(0, stack_default, DEFAULT_STACKS);
  for (uint32_t c = 0; have > 0 && c < STACK_CLASSES; c++) have = add(have, c, OTHERS);
  qsort(gs, N, sizeof *gs, by_address);
  return have == N ? 0 : -1;
}

static void classes(void **state) {
  assert_int_equal(stack_class(1), 0);
  assert_int_equal(stack_class(STACK_LEAST), 0);
  assert_int_equal(stack_class(STACK_LEAST + 1), 1);
  assert_int_equal(stack_class(STACK_DEFAULT), stack_default);
  assert_int_equal(stack_class((size_t)1 << 30), STACK_CLASSES - 1);
  assert_int_equal(stack_class(((size_t)1 << 30) + 1), STACK_CLASSES);
  int of[STACK_CLASSES] = {0};
  for (int i = 0; i < N; i++) of[gs[i]->stack_class]++;
  for (uint32_t c = 0; c < STACK_CLASSES; c++) assert_int_equal(of[c], OTHERS + (c == stack_default ? DEFAULT_STACKS : 0));
}

static void apart(void **state) {
  for (int i = 0; i < N; i++) {
    struct g *gp = gs[i];
    assert_true((size_t)(gp->stack_hi - gp->stack_lo) > stack_bytes(gp->stack_class) - STACK_GUARD - 8192);
    assert_int_equal(gp->stack_end - gp->stack_lo, stack_bytes(gp->stack_class) - STACK_GUARD);
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
  assert_true(lines < 400 || lines > N);
}

// In a child with 80 MB of address space left: how many stacks of 1 MB can it have?
static int stacks_in_80_mb(void) {
  long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f || fscanf(f, "%ld", &pages) != 1) return -1;
  fclose(f);
  rlim_t most = (rlim_t)pages * 4096 + (80 << 20);
  if (setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) != 0) return -1;
  int n = 0;
  for (struct g *list; n < 200 && (list = stack_new(stack_class(1 << 20), 1)); n++)
    if (!readable(list->stack_lo)) return -1;
  return n;
}

static void little_address_space(void **state) {
  int fd[2], n = -2;
  assert_int_equal(pipe(fd), 0);
  pid_t pid = fork();
  if (pid == 0) {
    int made = stacks_in_80_mb();
    _exit(write(fd[1], &made, sizeof made) == sizeof made ? 0 : 1);
  }
  assert_int_equal(read(fd[0], &n, sizeof n), sizeof n);
  assert_int_equal(waitpid(pid, NULL, 0), pid);
  close(fd[0]), close(fd[1]);
  // The next arena would have 64 MB, and there are 8 stacks left of the first.
  assert_in_range(n, 8 + 78, 8 + 80);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(classes), cmocka_unit_test(little_address_space),
                                     cmocka_unit_test(apart), cmocka_unit_test(g_is_in_the_top_page),
                                     cmocka_unit_test(guards_stand), cmocka_unit_test(few_mappings)};
  return cmocka_run_group_tests(tests, make, NULL);
}
