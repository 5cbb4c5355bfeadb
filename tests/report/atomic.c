// SPDX-License-Identifier: Apache-2.0
// An atomic access against a plain one: each is called what it is.
#include "../litmus/litmus.h"
#include <stdatomic.h>

static long word;

static void first(void) {
  atomic_fetch_add((_Atomic long *)&word, 1);
  next();
}

static void second(void) {
  turn(1);
  use(word);
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Read at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}atomic.c:15:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 15 | use(word);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous atomic write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}atomic.c:9:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | atomic_fetch_add((_Atomic long *)&word, 1);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable word of size 8, declared at {{.*/}}atomic.c:6 (read of 8 bytes, previous atomic write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}atomic.c:21:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}atomic.c:20:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
