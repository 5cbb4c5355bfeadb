// SPDX-License-Identifier: Apache-2.0
// Two holders of a read lock that write.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static void *thread(void *arg) {
  pthread_rwlock_rdlock(&rw);
  racer(0);
  x = 1;  // @A
  next();
  pthread_rwlock_unlock(&rw);
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  pthread_rwlock_rdlock(&rw);
  racer(1);
  x = 2;  // @B
  next();
  pthread_rwlock_unlock(&rw);
  turn(2);
}
