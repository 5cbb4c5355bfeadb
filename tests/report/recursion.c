// SPDX-License-Identifier: Apache-2.0
// An access deep in a recursion: the levels between are left out, and that is said.
#include "../litmus/litmus.h"

static int depth_reached;

NOINLINE static void dive(int n) {
  if (n) dive(n - 1);
  else depth_reached = 1;
  use(n);
}

static void first(void) {
  dive(50);
  next();
}

static void second(void) {
  turn(1);
  depth_reached = 2;
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}recursion.c:20:17 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 20 | depth_reached = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: dive()
// CHECK-NEXT: {{.*/}}recursion.c:9:22 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | else depth_reached = 1;
// CHECK-NEXT: | ^
// CHECK-NEXT: dive()
// CHECK-NEXT: {{.*/}}recursion.c:8:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}recursion.c:14:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: [levels of recursion left out]
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable depth_reached of size 4, declared at {{.*/}}recursion.c:5 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}recursion.c:26:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}recursion.c:25:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
