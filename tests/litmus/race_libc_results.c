// SPDX-License-Identifier: Apache-2.0
// What libc stores through a pointer of the program's is a write of the caller's.
// ARGS: 0..7
// RACE: write A, read B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <arpa/inet.h>
#include <math.h>
#include <sys/stat.h>

union {
  int ends[2];
  struct stat st;
  struct in_addr in;
  double whole;
  int exponent;
} result;
volatile double x = 8.5;

// clang-format off
#define CALL(n)                                  \
  ((n) == 0   ? (void)pipe(result.ends)          \
   : (n) == 1 ? (void)pipe2(result.ends, 0)      \
   : (n) == 2 ? (void)stat("/", &result.st)      \
   : (n) == 3 ? (void)lstat("/", &result.st)     \
   : (n) == 4 ? (void)fstat(0, &result.st)       \
   : (n) == 5 ? (void)inet_pton(AF_INET, "127.0.0.1", &result.in) \
   : (n) == 6 ? (void)(x = frexp(x, &result.exponent))            \
              : (void)(x = modf(x, &result.whole)))
// clang-format on

static void *thread(void *arg) {
  int n = atoi(arg);
  racer(0);
  CALL(n);  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  spawn(thread, argv[1]);
  racer(1);
  use(*(volatile int *)&result);  // @B
  next();
  turn(2);
}
