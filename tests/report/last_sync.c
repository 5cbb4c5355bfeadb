// SPDX-License-Identifier: Apache-2.0
// The last synchronization between the two: by a lock, by a channel, by the creation of one by the other, through
// a third.
#include "../litmus/litmus.h"

static mutex m, n;
static int locked, sent, created, passed;

static void first(chan(int) c) {
  mutex_lock(&m);
  mutex_unlock(&m);
  locked = 1;
  next();
  turn(2);
  chan_send(c, 1);
  sent = 1;
  next();
}

static void second(chan(int) c) {
  int v;
  turn(1);
  mutex_lock(&m);
  mutex_unlock(&m);
  locked = 2;
  next();
  chan_recv(c, &v);
  turn(3);
  sent = 2;
  next();
}

static void child(void) {
  turn(5);
  created = 2;
  next();
}

static void third(void) {
  mutex_lock(&m);
  mutex_unlock(&m);
  passed = 1;
  next();
}

static void fourth(void) {
  turn(7);
  mutex_lock(&m);
  mutex_unlock(&m);
  mutex_lock(&n);
  mutex_unlock(&n);
  next();
}

static void fifth(void) {
  turn(8);
  mutex_lock(&n);
  mutex_unlock(&n);
  passed = 2;
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(first, c);
  go(second, c);
  turn(4);
  go(child);
  created = 1;
  next();
  turn(6);
  go(third);
  go(fourth);
  go(fifth);
  turn(9);
}

// CHECK: Location: global variable locked of size 4
// CHECK: Last synchronization: mutex m, unlocked by the other and then locked by goroutine 3 at:
// CHECK-NEXT: second()
// CHECK-NEXT: {{.*/}}last_sync.c:23:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Id:
// CHECK: Location: global variable sent of size 4
// CHECK: Last synchronization: object 0x{{[0-9a-f]+}}, from which goroutine 3 learnt what the other had done
// CHECK: Location: global variable created of size 4
// CHECK: Last synchronization: the creation of goroutine 4 by the other
// CHECK: Location: global variable passed of size 4
// CHECK: Last synchronization: through others, or long ago
