// SPDX-License-Identifier: Apache-2.0
// What a loop put down is checked before the handler of a fault runs, which leaves the loop for good.
// RACE: write A, read B
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include "litmus.h"

enum { N = 1 << 12 };
long a[N], b[N];
unsigned seed = 7;
long got;
static sigjmp_buf out;

static unsigned step(unsigned x) { return x * 1664525u + 1013904223u; }

static void handler(int sig) { siglongjmp(out, sig); }

// The last turn is somewhere that is no memory.
NOINLINE static void scatter(long *p, unsigned x, int n, uintptr_t bad) {
  for (int i = 0; i < n; i++) {
    x = step(x);
    p[(x >> 20) + (i == 9 ? bad : 0)] = i;  // @A
  }
}

static void first(void) {
  racer(0);
  struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &sa, NULL);
  sigaction(SIGBUS, &sa, NULL);
  if (sigsetjmp(out, 1) == 0) scatter(a, seed, 10, (uintptr_t)1 << 43);
  scatter(b, seed, 100, 0);
  next();
}

int main(void) {
  go(first);
  racer(1);
  long early = a[step(seed) >> 20];  // @B
  next();
  turn(2);
  got = early;
}
