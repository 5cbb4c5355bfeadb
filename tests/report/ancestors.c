// SPDX-License-Identifier: Apache-2.0
// Goroutines made by goroutines: the whole chain up to main, those that have ended too.
#include "../litmus/litmus.h"

static int shared;

static void leaf(void) {
  shared = 1;
  next();
}

static void middle(void) {
  go(leaf);
}

static void top(void) {
  go(middle);
}

int main(void) {
  go(top);
  turn(1);
  shared = 2;
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by main goroutine:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}ancestors.c:23:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 23 | shared = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 4:
// CHECK-NEXT: leaf()
// CHECK-NEXT: {{.*/}}ancestors.c:8:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 8 | shared = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable shared of size 4, declared at {{.*/}}ancestors.c:5 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 4 ({{finished|running}}) created at:
// CHECK-NEXT: middle()
// CHECK-NEXT: {{.*/}}ancestors.c:13:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: top()
// CHECK-NEXT: {{.*/}}ancestors.c:17:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}ancestors.c:21:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
