// SPDX-License-Identifier: Apache-2.0
// What the creator does after create is not ordered with the thread.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

static void *thread(void *arg) {
  racer(0);
  use(x);  // @B
  next();
  return arg;
}

int main(void) {
  pthread_t t = spawn(thread, NULL);
  racer(1);
  x = 1;  // @A
  next();
  pthread_join(t, NULL);
}
