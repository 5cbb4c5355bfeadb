// SPDX-License-Identifier: Apache-2.0
// A heap block: how far inside, how large, and the stack that allocated it.
#include "../litmus/litmus.h"

struct node {
  long key, value[4];
};

static void first(struct node *n) {
  n->value[2] = 1;
  next();
}

static void second(struct node *n) {
  turn(1);
  use(n->value[2]);
  next();
}

NOINLINE static struct node *node_new(void) {
  struct node *n = malloc(sizeof *n);
  n->key = 1;
  return n;
}

int main(void) {
  struct node *n = node_new();
  go(first, n);
  go(second, n);
  turn(2);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Read at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}heap.c:16:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 16 | use(n->value[2]);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}heap.c:10:15 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 10 | n->value[2] = 1;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Location: 24 bytes inside heap block of size 40 at 0x{{[0-9a-f]+}} (read of 8 bytes, previous write of 8 bytes)
// CHECK-EMPTY:
// CHECK-NEXT: Heap block allocated by main goroutine at:
// CHECK-NEXT: node_new()
// CHECK-NEXT: {{.*/}}heap.c:21:20 +0x{{[0-9a-f]+}}
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}heap.c:27:20 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 3 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}heap.c:29:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Goroutine 2 ({{finished|running}}) created at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}heap.c:28:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: none was held at either access
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 1 data race(s)
