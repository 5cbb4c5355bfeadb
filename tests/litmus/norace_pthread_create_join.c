// SPDX-License-Identifier: Apache-2.0
// Create happens before the thread's start, its end before join returns.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

static void *thread(void *arg) {
  x++;
  return arg;
}

int main(void) {
  for (int i = 0; i < 20; i++) {
    x++;
    pthread_t t = spawn(thread, NULL);
    pthread_join(t, NULL);
  }
  if (x != 40) return 3;
}
