// SPDX-License-Identifier: Apache-2.0
// A panic on a thread that the program made with pthread_create, while main computes.
// exit: 2
#include <crun/crun.h>
#include <pthread.h>

static volatile int spins;

static void *thread(void *arg) {
  while (!spins) {}
  cr_panic("from a %s", arg ? "?" : "thread");
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, thread, NULL);
  for (spins = 1;;) {}
}
// | panic: from a thread
// |
// | goroutine 2 [running, locked to thread]:
// | cr_panic(...)
// | thread(...)
// | 	thread_panic.c:11
// |
// | goroutine 1 [running]:
// | main(...)
// | 	thread_panic.c:17
// |
