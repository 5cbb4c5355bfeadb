// SPDX-License-Identifier: Apache-2.0
// The free comes first: the earlier access is called by its name, the block is still known.
#include "../litmus/litmus.h"

static void freer(int *block) {
  free(block);
  next();
}

static void reader(int *volatile block) {
  turn(1);
  use(block[3]);
  next();
}

int main(void) {
  int *volatile block = malloc(10 * sizeof *block);
  go(freer, block);
  go(reader, block);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Read at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: reader()
// CHECK-NEXT: {{.*/}}free_first.c:12:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 12 | use(block[3]);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous free at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: freer()
// CHECK-NEXT: {{.*/}}free_first.c:6:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 6 | free(block);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: 12 bytes inside freed heap block of size 40 at 0x{{[0-9a-f]+}} (read of 4 bytes, previous free of 40 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Heap block allocated by main goroutine at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free_first.c:17:25 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free_first.c:19:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}free_first.c:18:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
