// SPDX-License-Identifier: Apache-2.0
// A thread that blocks all signals cannot be asked for its stack: it is listed without one, and nobody hangs.
// exit: 0
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <stdio.h>

static volatile int spins;

static void deaf(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  for (spins = 1;;) {}
}

int main(void) {
  go(deaf);
  while (!spins) {}
  cr_dump_goroutines();
  puts("main goes on");
}
// > main goes on
// | goroutine 1 [running]:
// | cr_dump_goroutines(...)
// | main(...)
// | 	running_deaf.c:21
// |
// | goroutine 2 [running]:
// | 	goroutine running on other thread; stack unavailable
// | created by main in goroutine 1
// | 	running_deaf.c:19
// |
