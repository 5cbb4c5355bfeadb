// SPDX-License-Identifier: Apache-2.0
// A field of an element of a field of an array: the path to the bytes, through an anonymous struct too.
#include "../litmus/litmus.h"

struct account {
  long id;
  struct {
    short month, day;
    double grid[2][3];
  } day[4];
  struct {
    char flag, kind;
  };
};

static struct account bank[10];

static void first(void) {
  bank[3].day[2].grid[1][2] = 1;
  bank[9].kind = 'a';
  next();
}

static void second(void) {
  turn(1);
  bank[3].day[2].grid[1][2] = 2;
  bank[9].kind = 'b';
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
// CHECK-NEXT: {{.*/}}field.c:26:29 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 26 | bank[3].day[2].grid[1][2] = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}field.c:19:29 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 19 | bank[3].day[2].grid[1][2] = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable bank[3].day[2].grid[1][2], 888 bytes inside bank of size 2400, declared at {{.*/}}field.c:16 (write of 8 bytes, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}field.c:33:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}field.c:32:3 +0x{{[0-9a-f]+}}
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
// CHECK-NEXT: {{.*/}}field.c:27:16 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 27 | bank[9].kind = 'b';
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}field.c:20:16 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 20 | bank[9].kind = 'a';
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable bank[9].kind, 2393 bytes inside bank of size 2400, declared at {{.*/}}field.c:16 (write of 1 byte, previous write of 1 byte)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}field.c:33:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}field.c:32:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 2 data race(s)
