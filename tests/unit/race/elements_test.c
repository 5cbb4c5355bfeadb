// SPDX-License-Identifier: Apache-2.0
// elements_test.c: the check of a loop is that of each of its elements, and of no other byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "access.h"
#include "epoch.h"
#include "init.h"
#include "shadow.h"

void __crun_read_elements(void *p, size_t count, size_t size, ptrdiff_t stride);
void __crun_write_elements(void *p, size_t count, size_t size, ptrdiff_t stride);
void __crun_read_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance);
void __crun_write_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance);

enum { N = 8192, MIDDLE = N / 2, PC = 0x400000 };

static _Alignas(4096) char memory[N];
static struct race_report last;
static int nreports;

void report_race(const struct race_report *r) {
  last = *r;
  nreports++;
}

static race_g *lone(void) { return race_g_new(NULL, ginfo_new(NULL, 1, 0, false)); }

// loop makes the check of a loop by g.
static void loop(race_g *g, bool write, long from, size_t count, size_t size, ptrdiff_t stride) {
  race_cur = g;
  (write ? __crun_write_elements : __crun_read_elements)(memory + from, count, size, stride);
  race_cur = NULL;
}

static bool is_element(long byte, long from, size_t count, size_t size, ptrdiff_t stride) {
  for (size_t i = 0; i < count; i++, from += stride)
    if (byte >= from && byte < from + (long)size) return true;
  return false;
}

// Exactly the bytes of the elements race with another's writes of all bytes, one by one.
static void check_bytes(long from, size_t count, size_t size, ptrdiff_t stride) {
  race_g *a = lone(), *b = lone();
  shadow_clear((uintptr_t)memory, N);
  loop(a, false, from, count, size, stride);
  for (long i = 0; i < N; i++) {
    nreports = 0;
    access_check(b, (uintptr_t)memory + i, 1, ACCESS_WRITE, PC);
    if ((nreports > 0) != is_element(i, from, count, size, stride))
      fail_msg("byte %ld of %zu elements of %zu bytes at %ld, %td apart: %d races", i - from, count, size, from, stride,
               nreports);
  }
  race_g_drop(a);
  race_g_drop(b);
}

static void exact(void **state) {
  static const long starts[] = {MIDDLE, MIDDLE + 1, MIDDLE + 4, MIDDLE - 24};
  static const size_t sizes[] = {1, 2, 4, 8, 16, 3, 64}, counts[] = {1, 2, 9, 40};
  static const ptrdiff_t strides[] = {0, 1, -1, 2, -4, 4, 8, -8, 16, -16, 24, -56, 64};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (size_t t = 0; t < sizeof strides / sizeof *strides; t++)
      for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        check_bytes(starts[(s + t + c) % 4], counts[c], sizes[s], strides[t]);
}

static bool is_in_rows(long byte, long from, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance) {
  for (; n; n--, from += distance)
    if (is_element(byte, from, count, size, stride)) return true;
  return false;
}

static void rows(race_g *g, bool write, long from, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance) {
  race_cur = g;
  (write ? __crun_write_rows : __crun_read_rows)(memory + from, count, size, stride, n, distance);
  race_cur = NULL;
}

// Rows, once more when they hit, and one byte more than hits.
static void check_rows(long from, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance) {
  race_g *a = lone(), *b = lone();
  shadow_clear((uintptr_t)memory, N);
  rows(a, false, from, count, size, stride, n ? n - 1 : 0, distance);
  rows(a, false, from, count, size, stride, n, distance);
  for (long i = 0; i < N; i++) {
    nreports = 0;
    access_check(b, (uintptr_t)memory + i, 1, ACCESS_WRITE, PC);
    if ((nreports > 0) != is_in_rows(i, from, count, size, stride, n, distance))
      fail_msg("byte %ld of %zu rows %td apart of %zu elements: %d races", i - from, n, distance, count, nreports);
  }
  race_g_drop(a);
  race_g_drop(b);
}

static void rows_exact(void **state) {
  static const ptrdiff_t distances[] = {24, 56, -64, 100, 8};
  for (size_t d = 0; d < sizeof distances / sizeof *distances; d++)
    for (size_t n = 0; n <= 5; n += 1 + n) {
      check_rows(MIDDLE, 3, 8, 8, n, distances[d]);
      check_rows(MIDDLE + 4, 2, 4, 8, n, distances[d]);
      check_rows(MIDDLE, 12, 8, 8, n, distances[d]);
    }
}

// What is told of a row is its element too.
static void names_the_rows_element(void **state) {
  race_g *a = lone(), *b = lone();
  shadow_clear((uintptr_t)memory, N);
  access_check(a, (uintptr_t)memory + MIDDLE + 56 + 16, 8, ACCESS_WRITE, PC);
  nreports = 0;
  rows(b, true, MIDDLE, 3, 8, 8, 4, 56);
  assert_int_equal(nreports, 1);
  assert_int_equal(last.current.addr, (uintptr_t)memory + MIDDLE + 56 + 16);
  assert_int_equal(last.current.size, 8);
  race_g_drop(a);
  race_g_drop(b);
}

// What is told is the element that races, as the loop's own access to it would be.
static void names_the_element(void **state) {
  race_g *a = lone(), *b = lone();
  for (ptrdiff_t stride = -8; stride <= 24; stride += 16) {
    shadow_clear((uintptr_t)memory, N);
    access_check(a, (uintptr_t)memory + MIDDLE + 20 * stride + 3, 1, ACCESS_WRITE, PC);
    nreports = 0;
    loop(b, true, MIDDLE, 100, 8, stride);
    assert_int_equal(nreports, 1);
    assert_int_equal(last.current.addr, (uintptr_t)memory + MIDDLE + 20 * stride);
    assert_int_equal(last.current.size, 8);
    assert_int_equal(last.current.flags, ACCESS_WRITE);
    assert_int_equal(last.previous.addr, (uintptr_t)memory + MIDDLE + 20 * stride + 3);
  }
  race_g_drop(a);
  race_g_drop(b);
}

// A second loop of the same epoch passes over what the first checked, and stops where it did not.
static void again(void **state) {
  race_g *a = lone(), *b = lone();
  for (long hole = 0; hole < 12; hole++) {
    shadow_clear((uintptr_t)memory, N);
    loop(a, true, 1, 96, 1, 1);
    shadow_clear((uintptr_t)memory + 8 * hole, 8);
    loop(a, false, 1, 96, 1, 1);
    nreports = 0;
    loop(b, true, 8 * hole, 8, 1, 1);
    assert_int_equal(nreports > 0, true);
  }
  race_g_drop(a);
  race_g_drop(b);
}

// A write is not passed over where a read was checked, nor anything after a release.
static void covers_no_more(void **state) {
  race_g *a = lone(), *b = lone();
  shadow_clear((uintptr_t)memory, N);
  loop(a, false, 0, 64, 8, 8);
  loop(a, true, 0, 64, 8, 8);
  nreports = 0;
  access_check(b, (uintptr_t)memory + 400, 8, ACCESS_READ, PC);
  assert_int_equal(nreports, 1);
  shadow_clear((uintptr_t)memory, N);
  loop(a, true, 0, 64, 8, 8);
  epoch_end(a);
  vclock_join(&b->vc, &a->vc);
  loop(a, true, 0, 64, 8, 8);
  nreports = 0;
  access_check(b, (uintptr_t)memory + 400, 8, ACCESS_READ, PC);
  assert_int_equal(nreports, 1);
  race_g_drop(a);
  race_g_drop(b);
}

// A loop that will run into a fault is checked as far as there is memory, and not for ever.
static void garbage_bound(void **state) {
  enum { MEMORY = 8 << 20, HOLE = 8 << 20 };
  race_g *a = lone(), *b = lone();
  for (ptrdiff_t stride = -16; stride <= 16; stride += 8) {
    if (!stride) continue;
    char *whole = mmap(NULL, MEMORY + 2 * HOLE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(whole, MAP_FAILED);
    munmap(whole, HOLE);
    munmap(whole + HOLE + MEMORY, HOLE);
    char *from = whole + HOLE + (stride > 0 ? 0 : MEMORY - 8), *last = whole + HOLE + (stride < 0 ? 8 : MEMORY - 16);
    race_cur = a;
    __crun_write_elements(from, SIZE_MAX, 8, stride);
    race_cur = NULL;
    nreports = 0;
    access_check(b, (uintptr_t)last, 8, ACCESS_WRITE, PC);
    assert_int_equal(nreports, 1);
    shadow_clear((uintptr_t)whole, MEMORY + 2 * HOLE);
    munmap(whole + HOLE, MEMORY);
  }
  race_g_drop(a);
  race_g_drop(b);
}

int main(void) {
  race_init();
  race_cur = NULL;
  const struct CMUnitTest tests[] = {cmocka_unit_test(exact), cmocka_unit_test(rows_exact), cmocka_unit_test(names_the_rows_element), cmocka_unit_test(names_the_element),
                                     cmocka_unit_test(again), cmocka_unit_test(covers_no_more),
                                     cmocka_unit_test(garbage_bound)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
