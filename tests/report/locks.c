// SPDX-License-Identifier: Apache-2.0
// The locks held at each access, with where they were locked: neither one taken after it nor one left before it is
// among them, though all are of the same epoch.
#include "../litmus/litmus.h"

static struct {
  mutex lock;
  int count;
} table;
static mutex left, later; static int apart;
static rwmutex rw;

static void first(void) {
  use(apart);
  cr_rwmutex_rlock(&rw);
  use(apart);
  mutex_lock(&table.lock);
  table.count = 1;
  mutex_lock(&later);
  apart++;
  mutex_unlock(&later);
  mutex_unlock(&table.lock);
  cr_rwmutex_runlock(&rw);
  next();
}

static void second(void) {
  turn(1);
  mutex_lock(&left);
  mutex_unlock(&left);
  table.count = 2;
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}

// CHECK: Write at 0x{{[0-9a-f]+}} by goroutine 3:
// CHECK: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK: Locked by goroutine 2, for reading: rwmutex rw (0x{{[0-9a-f]+}}), at:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}locks.c:15:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locked by goroutine 2: mutex table.lock (0x{{[0-9a-f]+}}), at:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}locks.c:17:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: goroutine 3 held none; holding rwmutex rw for writing or mutex table.lock would have ordered the two
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK-EMPTY:
// CHECK-NEXT: Id:
