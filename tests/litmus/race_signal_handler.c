// SPDX-License-Identifier: Apache-2.0
// A signal handler is a part of the thread that it interrupts, and races with the others.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

#include <signal.h>

int x;

static void handler(int sig) { x = sig; }  // @A

static void *thread(void *arg) {
  racer(0);
  raise(SIGUSR1);
  next();
  return arg;
}

int main(void) {
  signal(SIGUSR1, handler);
  spawn(thread, NULL);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
