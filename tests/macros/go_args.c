// SPDX-License-Identifier: Apache-2.0
// go_args.c: every kind of argument must reach the goroutine as it would reach a called function.
#include <complex.h>
#include <crun/crun.h>
#include <fenv.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cr_waitgroup wg;
static int calls, evaluated;

#define CHECK(cond)                                            \
  do {                                                         \
    if (!(cond)) {                                             \
      fprintf(stderr, "line %d: not true: %s\n", __LINE__, #cond); \
      _Exit(1);                                                \
    }                                                          \
  } while (0)

// RUN starts the goroutine and waits for it.
#define RUN(...)               \
  do {                         \
    cr_waitgroup_add(&wg, 1);  \
    cr_go(__VA_ARGS__);        \
    cr_waitgroup_wait(&wg);    \
  } while (0)

static void done(void) {
  calls++;
  cr_waitgroup_done(&wg);
}

struct two_ints { int a, b; };
struct mixed { double d; long n; };
struct floats { float x, y, z; };
struct three_words { long a, b, c; };
struct large { char text[400]; };
struct aligned { _Alignas(64) char c; int n; };
union either { long n; double d; };
typedef float v4 __attribute__((vector_size(16)));
typedef int v2 __attribute__((vector_size(8)));

static void nothing(void) { done(); }
static void small(bool b, char c, signed char s, unsigned char u, short h, unsigned short w) {
  CHECK(b && c == 'x' && s == -5 && u == 250 && h == -30000 && w == 60000);
  done();
}
static void ints(int a, unsigned b, long c, unsigned long d, long long e, __int128 f, int g, int h, long i, char j) {
  CHECK(a == -1 && b == 4000000000u && c == -2 && d == 1ul << 63 && e == -3 && f == ((__int128)7 << 100));
  CHECK(g == 8 && h == 9 && i == 10 && j == 'j');
  done();
}
static void reals(float a, double b, long double c, double d, float e, double f, double g, double h, double i, double j,
                  float k) {
  CHECK(a == 0.5f && b == -1.5 && c == 1e300L * 1e300L && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9);
  CHECK(j == 10 && k == 11);
  done();
}
static void complexes(double complex a, float complex b) {
  CHECK(creal(a) == 1 && cimag(a) == 2 && crealf(b) == 3 && cimagf(b) == 4);
  done();
}
static void structs(struct two_ints a, struct mixed b, struct floats c, struct three_words d, union either e, int last) {
  CHECK(a.a == 1 && a.b == 2 && b.d == 3.5 && b.n == 4 && c.x == 5 && c.y == 6 && c.z == 7);
  CHECK(d.a == 8 && d.b == 9 && d.c == 10 && e.d == 11.5 && last == 12);
  done();
}
static void large(int first, struct large big, double d, struct large other, int last) {
  CHECK(first == 1 && d == 2.5 && last == 3);
  CHECK(strcmp(big.text, "big") == 0 && big.text[399] == 'e' && strcmp(other.text, "other") == 0);
  done();
}
static void over_aligned(int a, struct aligned b, int c, struct aligned d) {
  CHECK(a == 1 && b.c == 'b' && b.n == 2 && c == 3 && d.c == 'd' && d.n == 4);
  CHECK((uintptr_t)&b % 64 == 0 && (uintptr_t)&d % 64 == 0);
  done();
}
static void vectors(v4 a, int n, v2 b, v4 c, v4 d, v4 e, v4 f, v4 g, v4 h, v4 i, v4 j) {
  CHECK(a[0] == 1 && a[3] == 4 && n == 5 && b[0] == 6 && b[1] == 7 && c[2] == 8 && j[3] == 9);
  (void)d, (void)e, (void)f, (void)g, (void)h, (void)i;
  done();
}
static void pointers(const char *s, int *array, void (*f)(void), const void *p) {
  CHECK(strcmp(s, "literal") == 0 && array[2] == 3 && f == nothing && p == array);
  done();
}
static void sixteen(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n,
                    int o, int p) {
  CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7 && h == 8 && i == 9 && j == 10);
  CHECK(k == 11 && l == 12 && m == 13 && n == 14 && o == 15 && p == 16);
  done();
}
static void variadic(int n, ...) {
  va_list ap;
  va_start(ap, n);
  CHECK(va_arg(ap, int) == 2 && va_arg(ap, double) == 3.5 && strcmp(va_arg(ap, char *), "four") == 0);
  va_end(ap);
  done();
}
static void *returns_pointer(int n) {
  CHECK(n == 1);
  done();
  return &wg;
}
static double returns_double(void) {
  done();
  return 1.5;
}
static long double returns_long_double(void) {
  done();
  return 1.5L;
}
static int once(void) { return ++evaluated; }
static void converted(double d, char c, long l) {
  CHECK(d == 3 && c == 'A' && l == 7);
  done();
}
static void rounds_up(void) {
  CHECK(fegetround() == FE_UPWARD);
  fesetround(FE_DOWNWARD);
  cr_yield();
  CHECK(fegetround() == FE_DOWNWARD);
  done();
}
static void rounds_nearest(void) {
  CHECK(fegetround() == FE_TONEAREST);
  done();
}

// A goroutine that starts a goroutine from the top of its stack, where little lies above its frame.
static void starts_more(void) {
  cr_waitgroup_add(&wg, 1);
  cr_go(sixteen, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  done();
}

#ifdef __AVX__
typedef double v8 __attribute__((vector_size(32)));
static void wide(int a, v8 b) {
  CHECK(a == 1 && b[0] == 2 && b[3] == 5);
  done();
}
#endif

static void test_floating_point_environment(void) {
  fesetround(FE_UPWARD);
  RUN(rounds_up);
  CHECK(fegetround() == FE_UPWARD);
  fesetround(FE_TONEAREST);
  RUN(rounds_nearest);
}

// The x87 stack has 8 places: what goroutines return must not stay there.
static void test_long_double(void) {
  volatile long double x = 1;
  for (int i = 0; i < 40; i++) {
    RUN(returns_long_double);
    x = x * 2 / 2 + 0.0L;
    CHECK(x == 1);
  }
}

int main(void) {
  int array[3] = {1, 2, 3};
  double code = 65.9;
  struct large big = {"big"}, other = {"other"};
  v4 v = {1, 2, 3, 4}, v_c = {0, 0, 8, 0}, v_j = {0, 0, 0, 9};
  void (*chosen)(void) = nothing;
  big.text[399] = 'e';
  RUN(nothing);
  RUN(chosen);
  RUN(array[0] ? nothing : chosen);
  RUN(small, true, 'x', -5, 250, -30000, 60000);
  RUN(ints, -1, 4000000000u, -2, 1ul << 63, -3, (__int128)7 << 100, 8, 9, 10, 'j');
  RUN(reals, 0.5f, -1.5, 1e300L * 1e300L, 4, 5, 6, 7, 8, 9, 10, 11);
  RUN(complexes, 1 + 2 * I, 3 + 4 * I);
  RUN(structs, ((struct two_ints){1, 2}), ((struct mixed){3.5, 4}), ((struct floats){5, 6, 7}),
      ((struct three_words){8, 9, 10}), (union either){.d = 11.5}, 12);
  RUN(large, 1, big, 2.5, other, 3);
  RUN(over_aligned, 1, ((struct aligned){'b', 2}), 3, ((struct aligned){'d', 4}));
  RUN(vectors, v, 5, ((v2){6, 7}), v_c, v, v, v, v, v, v, v_j);
  RUN(pointers, "literal", array, nothing, array);
  RUN(sixteen, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  RUN(variadic, 1, 2, 3.5, "four");
  RUN(returns_pointer, once());
  CHECK(evaluated == 1);
  RUN(returns_pointer, evaluated++);
  CHECK(evaluated == 2);
  RUN(returns_double);
  RUN(converted, 3, code, 7u);
  for (int i = 0; i < 64; i++) RUN(starts_more);
  test_floating_point_environment();
  test_long_double();
#ifdef __AVX__
  RUN(wide, 1, ((v8){2, 3, 4, 5}));
  calls--;
#endif
  CHECK(calls == 18 + 2 * 64 + 2 + 40);
  return 0;
}
