// SPDX-License-Identifier: Apache-2.0
// Accesses in inlined functions: every level has its line, and says so.
// FLAGS: -O2
#include "../litmus/litmus.h"

static int total;

static inline __attribute__((always_inline)) void bump(int by) {
  total += by;
}

static inline __attribute__((always_inline)) void bump_twice(void) {
  bump(2);
}

static void first(void) {
  bump_twice();
  next();
}

static void second(void) {
  turn(1);
  bump_twice();
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
// CHECK-NEXT: bump() [inlined]
// CHECK-NEXT: {{.*/}}inlined.c:9:9 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | total += by;
// CHECK-NEXT: | ^
// CHECK-NEXT: bump_twice() [inlined]
// CHECK-NEXT: {{.*/}}inlined.c:13:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}inlined.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: bump() [inlined]
// CHECK-NEXT: {{.*/}}inlined.c:9:9 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | total += by;
// CHECK-NEXT: | ^
// CHECK-NEXT: bump_twice() [inlined]
// CHECK-NEXT: {{.*/}}inlined.c:13:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}inlined.c:17:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable total of size 4, declared at {{.*/}}inlined.c:6 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}inlined.c:29:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}inlined.c:28:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
