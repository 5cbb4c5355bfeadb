// SPDX-License-Identifier: Apache-2.0
// pthread locks of both sides: one that only one holds, one that both hold for reading, one that a thread unlocks for
// another and that is therefore not named.
// FLAGS: -DLITMUS_PTHREAD
// EXIT: 2
#include "../litmus/litmus.h"

static pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER, handed = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t *spin;
static int a, b, c;

static void *first(void *arg) {
  pthread_spin_lock(spin);
  a = 1;
  pthread_spin_unlock(spin);
  pthread_rwlock_rdlock(&shared);
  b = 1;
  pthread_rwlock_unlock(&shared);
  pthread_mutex_lock(&handed);
  c = 1;
  next();
  return arg;
}

static void *second(void *arg) {
  turn(1);
  pthread_mutex_unlock(&handed);
  c = 2;
  pthread_mutex_lock(&mine);
  a = 2;
  pthread_mutex_unlock(&mine);
  pthread_rwlock_rdlock(&shared);
  b = 2;
  pthread_rwlock_unlock(&shared);
  next();
  return arg;
}

int main(void) {
  spin = malloc(sizeof *spin);
  pthread_spin_init(spin, 0);
  pthread_t t = spawn(first, NULL), u = spawn(second, NULL);
  turn(2);
  pthread_join(t, NULL);
  pthread_join(u, NULL);
}

// CHECK: WARNING: DATA RACE
// CHECK: Location: global variable c of size 4
// CHECK-NOT: Locked by
// CHECK: Locks: not all that were held are known
// CHECK-EMPTY:
// CHECK-NEXT: Last synchronization: none
// CHECK: WARNING: DATA RACE
// CHECK: Location: global variable a of size 4
// CHECK: Locked by thread 3: pthread mutex mine (0x{{[0-9a-f]+}}), at:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}locks_pthread.c:30:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locked by thread 2: spin lock 0x{{[0-9a-f]+}}, at:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}locks_pthread.c:14:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: thread 2 held none of the other's; holding pthread mutex mine too would have ordered the two
// CHECK: WARNING: DATA RACE
// CHECK: Location: global variable b of size 4
// CHECK: Locked by thread 3, for reading: pthread rwlock shared (0x{{[0-9a-f]+}}), at:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}locks_pthread.c:33:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locked by thread 2, for reading: pthread rwlock shared (0x{{[0-9a-f]+}}), at:
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}locks_pthread.c:17:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Locks: both held pthread rwlock shared, for reading: the one that writes needs it for writing
// CHECK: Found 3 data race(s)
