// SPDX-License-Identifier: Apache-2.0
// After a call whose callee had the check of its frame's end as its last, the stack is still whole.
// FLAGS: -O2
#include "../litmus/litmus.h"

int shared;
long *volatile others;
volatile long number;

NOINLINE static void sweep(long *p, long n, long by) {
  for (long i = 0; i < n; i++)
    if (p[i] != by) p[i] += by;
}

NOINLINE static void inner(int value) {
  sweep(others, number, 7);
  shared = value;
}

NOINLINE static void outer(int value) {
  inner(value);
  use(value);
}

static void first(void) {
  outer(1);
  next();
}

static void second(void) {
  turn(1);
  shared = 2;
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}

// CHECK: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}returned.c:32:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 32 | shared = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: inner()
// CHECK-NEXT: {{.*/}}returned.c:17:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 17 | shared = value;
// CHECK-NEXT: | ^
// CHECK-NEXT: outer()
// CHECK-NEXT: {{.*/}}returned.c:21:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}returned.c:26:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK: Found 1 data race(s)
