// SPDX-License-Identifier: Apache-2.0
// After the barrier the threads are on their own again.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_barrier_t barrier;

static void *thread(void *arg) {
  pthread_barrier_wait(&barrier);
  racer(0);
  x = 1;  // @A
  next();
  return arg;
}

int main(void) {
  pthread_barrier_init(&barrier, NULL, 2);
  spawn(thread, NULL);
  pthread_barrier_wait(&barrier);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
