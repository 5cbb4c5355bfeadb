// SPDX-License-Identifier: Apache-2.0
// A race found by a goroutine that has a few KB of its stack left: the report has a stack of its own.
#include "../litmus/litmus.h"

int shared;

NOINLINE static void at_the_end(void) {
  turn(1);
  shared = 2;
}

static void deep(void) {
  volatile char used[170 << 10];
  used[0] = used[sizeof used - 1] = 1;
  at_the_end();
  used[0] = 2;
  next();
}

static void first(void) {
  shared = 1;
  next();
}

int main(void) {
  go(first);
  go(deep);
  turn(2);
}

// CHECK: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: at_the_end()
// CHECK-NEXT: {{.*/}}deep.c:9:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | shared = 2;
// CHECK-NEXT: | ^
// CHECK-NEXT: deep()
// CHECK: Found 1 data race(s)
