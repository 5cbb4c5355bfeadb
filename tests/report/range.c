// SPDX-License-Identifier: Apache-2.0
// memcpy writes into a buffer that another goroutine writes a byte of: which of its bytes are in the same word.
#include "../litmus/litmus.h"

static char buffer[64], source[64];

static void first(void) {
  memcpy(buffer, source, sizeof buffer);
  next();
}

static void second(void) {
  turn(1);
  buffer[40] = 'x';
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
// CHECK-NEXT: {{.*/}}range.c:14:14 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 14 | buffer[40] = 'x';
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}range.c:8:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 8 | memcpy(buffer, source, sizeof buffer);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable buffer[40], 40 bytes inside buffer of size 64, declared at {{.*/}}range.c:5 (write of 1 byte, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}range.c:20:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}range.c:19:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
