// SPDX-License-Identifier: Apache-2.0
// Neighbouring bit-fields of other words, a va_list of one's own, alloca by turns, vectors of 64 bytes beside each other.
// ARGS: 0..3
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <alloca.h>
#include <stdarg.h>

struct bits {
  unsigned a : 3, : 0, b : 5;
} s;
typedef char wide __attribute__((vector_size(64)));
_Alignas(64) wide v[2];
static int kind;

NOINLINE static int sum(int n, ...) {
  va_list ap, copy;
  int total = 0;
  va_start(ap, n);
  va_copy(copy, ap);
  for (int i = 0; i < n; i++) total += va_arg(ap, int) + va_arg(copy, int);
  va_end(copy);
  va_end(ap);
  return total;
}

NOINLINE static void on_stack(int n) {
  volatile char *p = alloca((size_t)n * 100);
  for (int i = 0; i < n * 100; i++) p[i] = (char)i;
  use(p[n]);
}

static void act(int who) {
  switch (kind) {
    case 0:
      if (who) s.a = 1;
      else s.b = 2;
      break;
    case 1: use(sum(8, who, 2, 3, 4, 5, 6, 7, 8)); break;
    case 2: on_stack(who + 3); break;
    case 3: v[who] = v[who] + 1; break;
  }
}

static void *thread(void *arg) {
  racer(0);
  act(0);
  next();
  return arg;
}

int main(int argc, char **argv) {
  kind = atoi(argv[1]);
  spawn(thread, NULL);
  racer(1);
  act(1);
  next();
  turn(2);
}
