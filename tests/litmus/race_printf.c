// SPDX-License-Identifier: Apache-2.0
// The lock that printf takes inside orders nothing.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

static void *thread(void *arg) {
  racer(0);
  printf("one\n");
  x = 1;  // @A
  printf("one\n");
  next();
  return arg;
}

int main(void) {
  pthread_t t = spawn(thread, NULL);
  racer(1);
  printf("two\n");
  x = 2;  // @B
  printf("two\n");
  next();
  turn(2);
  pthread_join(t, NULL);
}
