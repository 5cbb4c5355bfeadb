// SPDX-License-Identifier: Apache-2.0
// A thread-local variable, lent to another thread.
#define LITMUS_PTHREAD
#include "../litmus/litmus.h"

static _Thread_local struct {
  int used, room[4];
} cache;

static void *place;

static void *owner(void *arg) {
  cache.room[3] = 1;
  litmus_set(&place, &cache.room[3]);
  next();
  turn(2);
  return arg;
}

int main(void) {
  spawn(owner, NULL);
  turn(1);
  *(int *)litmus_get(&place) = 2;
  next();
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by main thread:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}thread_local.c:23:30 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 23 | *(int *)litmus_get(&place) = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by thread 2:
// CHECK-NEXT: owner()
// CHECK-NEXT: {{.*/}}thread_local.c:13:17 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 13 | cache.room[3] = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: thread-local variable cache.room[3] of size 20, declared at {{.*/}}thread_local.c:8, of thread 2 (write of 4 bytes, previous write of 4 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Thread 2 ({{finished|running}}) created at:
// CHECK-NEXT: spawn()
// CHECK-NEXT: {{.*/}}../litmus/litmus.h:80:7 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
