// SPDX-License-Identifier: Apache-2.0
// heap_test.c: the malloc family: what the C standard says of it, what is known of blocks, what is checked.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#define CRUN_RACE 1  // race.h's functions, not their twins
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access.h"
#include "heap.h"
#include "race.h"

#undef malloc  // cmocka's own are not meant
#undef calloc
#undef realloc
#undef free

static volatile unsigned found;  // volatile: to the compiler, free changes nothing
static struct race_report last;
static bool block_was_live;

void report_race(const struct race_report *r) {
  struct heap_block b;
  found++;
  last = *r;
  block_was_live = heap_find(r->previous.addr, &b) && !b.is_freed;
}

// keep hides a pointer from the compiler, which would leave an unused allocation out.
static void *keep(void *p) {
  __asm__ volatile("" : "+r"(p));
  return p;
}

static struct heap_block block_of(const void *p) {
  struct heap_block b;
  assert_true(heap_find((uintptr_t)p, &b));
  return b;
}

static void expect_block(char *p, size_t n) {
  assert_non_null(p);
  struct heap_block b = block_of(p);
  assert_int_equal(b.start, (uintptr_t)p);
  assert_int_equal(b.size, n);
  assert_false(b.is_freed);
  assert_true(b.allocated != 0);
  assert_int_equal(b.goid, 1);
  assert_true(b.is_thread);
  if (n) assert_int_equal(block_of(p + n - 1).start, (uintptr_t)p);
  if (n) assert_int_equal(block_of(p + n / 2).start, (uintptr_t)p);
  assert_int_equal(malloc_usable_size(p), n);
}

static void expect_freed(char *p, size_t n) {
  struct heap_block b = block_of(p);
  assert_true(b.is_freed);
  assert_int_equal(b.size, n);
  assert_true(b.freed != 0 && b.freed != b.allocated);
  assert_true(heap_find_freed((uintptr_t)p, b.freed, &b));
  assert_false(heap_find_freed((uintptr_t)p, b.allocated, &b));
}

static void every_size(void **state) {
  static const size_t sizes[] = {0,    1,    7,    8,     15,     16,     17,      24,      25,        63,       1000,
                                 1024, 1025, 4095, 70000, 131072, 262143, 262144, 262145, 1000000, 300000000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char *p = keep(malloc(sizes[i]));
    expect_block(p, sizes[i]);
    char *was = keep(p);
    free(p);
    struct heap_block b;
    assert_true(!heap_find((uintptr_t)was, &b) || b.is_freed);
  }
}

static void freed_is_known(void **state) {
  char *p = keep(malloc(40)), *q = keep(malloc(40));
  char *was = keep(p);
  expect_block(p, 40);
  free(p);
  expect_freed(was, 40);
  expect_block(q, 40);
  free(q);
}

// Blocks of all sizes at once: each address belongs to its own.
static void many_blocks(void **state) {
  enum { N = 3000 };
  static char *p[N];
  static size_t size[N];
  for (int i = 0; i < N; i++) size[i] = (size_t)i * 7919 % (i % 100 ? 700 : 400000), p[i] = keep(malloc(size[i]));
  for (int i = 0; i < N; i += 3) free(p[i]);
  for (int i = 0; i < N; i++)
    if (i % 3) expect_block(p[i], size[i]);
  for (int i = 0; i < N; i++)
    if (i % 3) free(p[i]);
}

static void between_blocks(void **state) {
  struct heap_block b;
  char *p = keep(malloc(1));
  assert_false(heap_find((uintptr_t)p + 1, &b) && b.start == (uintptr_t)p);
  assert_false(heap_find((uintptr_t)&p, &b));
  assert_false(heap_find(0, &b));
  assert_false(heap_find(UINTPTR_MAX, &b));
  free(p);
}

static void family(void **state) {
  char *p = keep(calloc(10, 7));
  expect_block(p, 70);
  for (int i = 0; i < 70; i++) assert_int_equal(p[i], 0);
  memset(p, 'x', 70);
  p = keep(realloc(p, 5000));
  expect_block(p, 5000);
  for (int i = 0; i < 70; i++) assert_int_equal(p[i], 'x');
  p = keep(reallocarray(p, 3, 11));
  expect_block(p, 33);
  free(p);
  p = keep(realloc(NULL, 12));
  expect_block(p, 12);
  char *was = keep(p);
  assert_null(realloc(p, 0));
  expect_freed(was, 12);
  p = keep(strdup("seven.."));
  expect_block(p, 8);
  free(p);
  free(NULL);
  assert_int_equal(malloc_usable_size(NULL), 0);
}

static void alignment(void **state) {
  void *p = NULL;
  for (size_t align = 8; align <= 1 << 20; align *= 2) {
    assert_int_equal(posix_memalign(&p, align, 100), 0);
    assert_int_equal((uintptr_t)p % align, 0);
    expect_block(keep(p), 100);
    free(p);
    p = keep(aligned_alloc(align, 2 * align));
    assert_int_equal((uintptr_t)p % align, 0);
    expect_block(p, 2 * align);
    p = keep(realloc(p, 3 * align));
    expect_block(p, 3 * align);
    free(p);
    p = keep(memalign(align, 5));
    assert_int_equal((uintptr_t)p % align, 0);
    free(p);
  }
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  p = keep(valloc(10));
  assert_int_equal((uintptr_t)p % page, 0);
  expect_block(p, 10);
  free(p);
  p = keep(pvalloc(page + 1));
  expect_block(p, 2 * page);
  free(p);
}

static void too_much(void **state) {
  volatile size_t huge = SIZE_MAX, half = SIZE_MAX / 2;
  void *p = (void *)1;
  errno = 0;
  assert_null(keep(malloc(huge)));
  assert_int_equal(errno, ENOMEM);
  assert_null(keep(calloc(half, 3)));
  assert_null(keep(memalign(64, huge)));
  assert_null(keep(pvalloc(huge)));
  errno = 5;
  assert_int_equal(posix_memalign(&p, 64, huge), ENOMEM);
  assert_int_equal(posix_memalign(&p, 24, 8), EINVAL);
  assert_int_equal(posix_memalign(&p, 0, 8), EINVAL);
  assert_int_equal(posix_memalign(&p, 4, 8), EINVAL);
  assert_ptr_equal(p, (void *)1);
  assert_int_equal(errno, 5);
  char *q = keep(malloc(30));
  strcpy(q, "stays");
  assert_null(realloc(keep(q), huge));
  assert_null(reallocarray(keep(q), half, 3));
  assert_string_equal(q, "stays");
  expect_block(q, 30);
  free(q);
}

// What a library allocates while this thread is hidden does not come from the program's heap.
static void hidden(void **state) {
  struct heap_block b;
  char *mine = keep(malloc(40)), *was = keep(mine);
  volatile size_t huge = SIZE_MAX;
  free(mine);
  race_hide_begin();
  char *p = keep(malloc(40)), *z = keep(calloc(5, 8)), *a = keep(aligned_alloc(4096, 8192));
  race_hide_end();
  expect_freed(was, 40);
  assert_false(heap_find((uintptr_t)p, &b));
  assert_int_equal((uintptr_t)a % 4096, 0);
  for (int i = 0; i < 40; i++) assert_int_equal(z[i], 0);
  memset(p, 'y', 40);
  assert_true(malloc_usable_size(p) >= 40);
  p = keep(realloc(p, 100000));  // wherever it is grown or freed
  for (int i = 0; i < 40; i++) assert_int_equal(p[i], 'y');
  was = keep(p);
  free(p);
  free(z);
  free(a);
  race_hide_begin();
  assert_ptr_equal(p = keep(malloc(70000)), was);  // its size's free list
  free(p);
  assert_null(keep(malloc(huge)));
  race_hide_end();
}

// ---- what is checked -------------------------------------------------------------------------------------------

// A race_g of another thread, run by this one: no edge orders what it does.
static race_g *other(void) {
  static race_g *g;
  if (!g) {
    race_g *me = race_self();
    race_switch(NULL);
    g = race_g_create(99, 0);
    race_switch(me);
  }
  return g;
}

static void as_other(void (*fn)(char *), char *p) {
  race_g *me = race_self(), *g = other();
  race_switch(g);
  fn(p);
  race_switch(me);
}

static void write_byte(char *p) { race_write(p, 1, (uintptr_t)write_byte); }
static void free_it(char *p) { free(p); }
static void unmap_it(char *p) { munmap(p, 65536); }

static void free_after_write(void **state) {
  char *p = keep(malloc(64));
  as_other(write_byte, p + 20);
  found = 0;
  uintptr_t was = (uintptr_t)keep(p);
  free(p);
  assert_int_equal(found, 1);
  assert_true(last.current.flags & ACCESS_FREE);
  assert_int_equal(last.current.size, 64);
  assert_int_equal(last.previous.addr, was + 20);
  assert_true(block_was_live);
}

static void write_after_free(void **state) {
  char *p = keep(malloc(64));
  as_other(free_it, keep(p));
  struct heap_block b;
  found = 0;
  write_byte(p + 20);
  assert_int_equal(found, 1);
  assert_true(heap_find_freed((uintptr_t)p + 20, last.previous.ctx, &b));
  assert_int_equal(b.start, (uintptr_t)p);
}

// The same memory given out again has no history.
static void reuse_is_fresh(void **state) {
  char *p = keep(malloc(3000));
  as_other(write_byte, p + 2000);
  as_other(free_it, keep(p));
  char *q = keep(malloc(3000));
  assert_ptr_equal(p, q);
  found = 0;
  write_byte(q + 2000);
  assert_int_equal(found, 0);
  free(q);
}

static void realloc_is_free_and_write(void **state) {
  char *p = keep(malloc(64));
  as_other(write_byte, p);
  found = 0;
  p = keep(realloc(p, 48));
  assert_int_equal(found, 1);
  found = 0;
  as_other(write_byte, p + 40);  // kept: written by realloc
  assert_int_equal(found, 1);
  free(p);
}

static void mappings(void **state) {
  char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(p, MAP_FAILED);
  as_other(write_byte, p + 5000);
  found = 0;
  char *q = mmap(p, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  assert_int_equal(found, 1);  // what lay there is gone
  found = 0;
  write_byte(q + 5000);
  assert_int_equal(found, 0);  // and this is fresh
  as_other(unmap_it, p);
  assert_int_equal(found, 1);
}

static void remapped(void **state) {
  char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  as_other(write_byte, p + 5000);
  found = 0;
  char *q = mremap(p, 8192, 1 << 20, MREMAP_MAYMOVE);
  assert_ptr_not_equal(q, MAP_FAILED);
  if (q != p) assert_int_equal(found, 1);
  munmap(q, 1 << 20);
}

// ---- threads ---------------------------------------------------------------------------------------------------

static void *churn(void *arg) {
  void *p[16] = {0};
  unsigned seed = (unsigned)(uintptr_t)arg;
  for (int i = 0; i < 20000; i++) {
    seed = seed * 1103515245 + 12345;
    unsigned k = seed >> 16 & 15, n = seed >> 8 & 1023;
    if (p[k] && malloc_usable_size(p[k]) != *(unsigned *)p[k]) return (void *)1;
    free(p[k]);
    p[k] = malloc(n + 4);
    *(unsigned *)p[k] = n + 4;
  }
  for (int k = 0; k < 16; k++) free(p[k]);
  return NULL;
}

static void threads(void **state) {
  pthread_t t[4];
  for (uintptr_t i = 0; i < 4; i++) assert_int_equal(pthread_create(&t[i], NULL, churn, (void *)(i + 1)), 0);
  for (int i = 0; i < 4; i++) {
    void *bad;
    pthread_join(t[i], &bad);
    assert_null(bad);
  }
}

int main(void) {
#ifdef __SANITIZE_ADDRESS__  // then malloc is ASan's, and heap.c knows no blocks
  return 0;
#endif
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_size),        cmocka_unit_test(freed_is_known),   cmocka_unit_test(many_blocks),
      cmocka_unit_test(between_blocks),    cmocka_unit_test(family),           cmocka_unit_test(alignment),
      cmocka_unit_test(too_much),          cmocka_unit_test(hidden),           cmocka_unit_test(free_after_write),
      cmocka_unit_test(write_after_free),  cmocka_unit_test(reuse_is_fresh),   cmocka_unit_test(realloc_is_free_and_write),
      cmocka_unit_test(mappings),          cmocka_unit_test(remapped),         cmocka_unit_test(threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
