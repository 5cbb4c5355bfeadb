// SPDX-License-Identifier: Apache-2.0
// What follows the post is not covered by it.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <semaphore.h>

int x;
sem_t sem;

static void *poster(void *arg) {
  sem_post(&sem);
  racer(0);
  x = 1;  // @A
  next();
  return arg;
}

int main(void) {
  sem_init(&sem, 0, 0);
  spawn(poster, NULL);
  sem_wait(&sem);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
