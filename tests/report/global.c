// SPDX-License-Identifier: Apache-2.0
// A global by its name, the two accesses with size and kind, and Go's lines in Go's order.
#include "../litmus/litmus.h"

static int counter;

static void first(void) {
  counter = 1;
  next();
}

static void second(void) {
  turn(1);
  counter++;
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
// CHECK-NEXT: {{.*/}}global.c:14:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 14 | counter++;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}global.c:8:11 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 8 | counter = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable counter of size 4, declared at {{.*/}}global.c:5 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}global.c:20:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}global.c:19:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
