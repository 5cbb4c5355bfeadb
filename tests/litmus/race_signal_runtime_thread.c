// SPDX-License-Identifier: Apache-2.0
// A handler that runs on a thread of the runtime's is checked whatever it finds there.
// RACE: write A, read B
#include "litmus.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

int x;

static void handler(int sig) {
  x = sig;  // @A
  next();
}

// Signals to the process go to the runtime's threads: this one blocks them.
static void *sender(void *arg) {
  kill(getpid(), SIGUSR1);
  while (litmus_turns() < 1) usleep(100);
  use(x);  // @B
  next();
  return arg;
}

int main(void) {
  sigset_t set, old;
  pthread_t t;
  signal(SIGUSR1, handler);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, &old);
  pthread_create(&t, NULL, sender, NULL);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  turn(2);
}
