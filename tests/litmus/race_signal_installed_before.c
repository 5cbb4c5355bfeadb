// SPDX-License-Identifier: Apache-2.0
// What comes after sigaction is not before the handler: sending a signal orders nothing.
// RACE: write A, read B
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <signal.h>

int x;

static void handler(int sig) {
  use(x + sig);  // @B
  next();
}

static void *thread(void *arg) {
  turn(2);
  return arg;
}

int main(void) {
  pthread_t t = spawn(thread, NULL);
  signal(SIGUSR1, handler);
  x = 1;  // @A
  next();
  pthread_kill(t, SIGUSR1);
  pthread_join(t, NULL);
}
