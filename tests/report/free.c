// SPDX-License-Identifier: Apache-2.0
// A block is freed while another goroutine's write to it is not ordered with that.
#include "../litmus/litmus.h"

static void writer(int *block) {
  block[3] = 1;
  next();
}

static void freer(int *block) {
  turn(1);
  free(block);
  next();
}

int main(void) {
  int *block = malloc(10 * sizeof *block);
  go(writer, block);
  go(freer, block);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Free at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: freer()
// CHECK-NEXT: {{.*/}}free.c:12:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 12 | free(block);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: writer()
// CHECK-NEXT: {{.*/}}free.c:6:12 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 6 | block[3] = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: 12 bytes inside heap block of size 40 at 0x{{[0-9a-f]+}} (free of 40 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Heap block allocated by main goroutine at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free.c:17:16 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free.c:19:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free.c:18:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
