// SPDX-License-Identifier: Apache-2.0
// Many readers at once, all of them joined before the write.
#define LITMUS_PTHREAD
#include "litmus.h"

int x = 1;

static void *reader(void *arg) {
  use(x);
  next();
  turn(16);
  use(x);
  return arg;
}

int main(void) {
  pthread_t t[16];
  for (int i = 0; i < 16; i++) t[i] = spawn(reader, NULL);
  for (int i = 0; i < 16; i++) pthread_join(t[i], NULL);
  x = 2;
}
