// SPDX-License-Identifier: Apache-2.0
// Thread-specific data destructors run within the thread that ends.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_key_t key;

static void destroy(void *arg) {
  x = 1;  // @A
  next();
  use(arg);
}

static void *thread(void *arg) {
  pthread_setspecific(key, &x);
  return arg;
}

int main(void) {
  pthread_key_create(&key, destroy);
  spawn(thread, NULL);
  turn(1);
  x = 2;  // @B
}
