// SPDX-License-Identifier: Apache-2.0
// A pthread and a goroutine: each is called what it is.
#include "../litmus/litmus.h"
#include <pthread.h>

static long shared;

static void *thread(void *arg) {
  shared = 1;
  next();
  return arg;
}

static void goroutine(void) {
  turn(1);
  shared = 2;
  next();
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, thread, NULL);
  go(goroutine);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: goroutine()
// CHECK-NEXT: {{.*/}}thread.c:16:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 16 | shared = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by thread 2:
// CHECK-NEXT: thread()
// CHECK-NEXT: {{.*/}}thread.c:9:10 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 9 | shared = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable shared of size 8, declared at {{.*/}}thread.c:6 (write of 8 bytes, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}thread.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Thread 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}thread.c:22:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
