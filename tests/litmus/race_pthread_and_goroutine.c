// SPDX-License-Identifier: Apache-2.0
// A thread and a goroutine race like any two.
// RACE: write A, write B
#include "litmus.h"
#include <pthread.h>

int x;

static void *thread(void *arg) {
  racer(0);
  x = 1;  // @A
  next();
  return arg;
}

static void child(void) {
  racer(1);
  x = 2;  // @B
  next();
}

int main(void) {
  pthread_t t;
  go(child);
  if (pthread_create(&t, NULL, thread, NULL)) abort();
  turn(2);
}
