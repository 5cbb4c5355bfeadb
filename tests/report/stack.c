// SPDX-License-Identifier: Apache-2.0
// A variable on a goroutine's stack, lent to another goroutine: whose stack it is.
#include "../litmus/litmus.h"

static void borrower(long *p) {
  *p = 2;
  next();
}

static void owner(void) {
  long local[2] = {0};
  go(borrower, &local[1]);
  turn(1);
  local[1] = 3;
  use(local);
  next();
}

int main(void) {
  go(owner);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: owner()
// CHECK-NEXT: {{.*/}}stack.c:14:12 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 14 | local[1] = 3;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: borrower()
// CHECK-NEXT: {{.*/}}stack.c:6:6 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 6 | *p = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: stack of goroutine 2 (write of 8 bytes, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}stack.c:20:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: owner()
// CHECK-NEXT: {{.*/}}stack.c:12:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
