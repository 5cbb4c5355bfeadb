// SPDX-License-Identifier: Apache-2.0
// A signal handler is a part of the thread that it interrupts, and what was before sigaction is before it.
// TSAN: false alarm
#define LITMUS_PTHREAD
#include "litmus.h"

#include <signal.h>

int x;
int mine;
volatile sig_atomic_t came;

static void handler(int sig) {
  use(x);
  mine++;
  came = sig;
}

static void *thread(void *arg) {
  turn(1);
  mine = 1;
  raise(SIGUSR1);
  if (came != SIGUSR1 || mine != 2) abort();
  next();
  return arg;
}

int main(void) {
  pthread_t t = spawn(thread, NULL);
  x = 1;
  signal(SIGUSR1, handler);
  next();
  pthread_join(t, NULL);
}
