// SPDX-License-Identifier: Apache-2.0
// The init routine happens before every pthread_once returns.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_once_t only = PTHREAD_ONCE_INIT;

static void init(void) { x = 1; }

static void *thread(void *arg) {
  pthread_once(&only, init);
  if (x != 1) abort();
  return arg;
}

int main(void) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) t[i] = spawn(thread, NULL);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
}
