// SPDX-License-Identifier: Apache-2.0
// The place of a va_list handed on, memory of alloca, and the last byte of a vector of 64 bytes are as any memory.
// ARGS: 0..2
// RACE: write A, write B
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <alloca.h>
#include <stdarg.h>

typedef char wide __attribute__((vector_size(64)));
static char *shared;

NOINLINE static void put(char *p) {
  *(wide *)p = (wide){1};  // @A
}

static void *thread(void *arg) {
  racer(0);
  put(shared);
  next();
  return arg;
}

NOINLINE static void race(char *p) {
  shared = p;
  spawn(thread, NULL);
  racer(1);
  ((volatile char *)p)[63] = 2;  // @B
  next();
  turn(2);
}

struct large {
  _Alignas(64) char bytes[64];
};

NOINLINE static void variadic(int n, ...) {
  va_list ap;
  va_start(ap, n);
  struct large l = va_arg(ap, struct large);
  va_end(ap);
  race(l.bytes);
}

int main(int argc, char **argv) {
  static _Alignas(64) char bytes[64];
  int kind = atoi(argv[1]);
  if (kind == 0) variadic(1, (struct large){{0}});
  else if (kind == 1) race((char *)(((uintptr_t)alloca(128) + 63) & ~63ull));
  else race(bytes);
}
