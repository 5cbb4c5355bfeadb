// SPDX-License-Identifier: Apache-2.0
// Two races are two reports and are counted; a thousand of the same two places are one.
#include "../litmus/litmus.h"

static int a, b, many[1000];

static void first(void) {
  a = 1;
  b = 1;
  for (int i = 0; i < 1000; i++) many[i] = 1;
  next();
}

static void second(void) {
  turn(1);
  a = 2;
  b = 2;
  for (int i = 0; i < 1000; i++) many[i] = 2;
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
// CHECK-NEXT: {{.*/}}two.c:16:5 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 16 | a = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}two.c:8:5 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 8 | a = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable a of size 4, declared at {{.*/}}two.c:5 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:24:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}two.c:17:5 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 17 | b = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}two.c:9:5 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | b = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable b of size 4, declared at {{.*/}}two.c:5 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:24:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}two.c:18:42 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 18 | for (int i = 0; i < 1000; i++) many[i] = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}two.c:10:42 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 10 | for (int i = 0; i < 1000; i++) many[i] = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable many[0] of size 4000, declared at {{.*/}}two.c:5 (write of 4 bytes, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:24:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}two.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 3 data race(s)
