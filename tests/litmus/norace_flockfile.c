// SPDX-License-Identifier: Apache-2.0
// A stream's own lock, around what libc puts in line and what it does not.
// TSAN: false alarm
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

static void *worker(void *arg) {
  for (int i = 0; i < 100; i++) {
    while (ftrylockfile(stdout)) sched_yield();
    flockfile(stdout);  // it may be taken again
    x++;
    putchar_unlocked('.');
    funlockfile(stdout);
    x++;
    funlockfile(stdout);
  }
  return arg;
}

int main(void) {
  pthread_t t = spawn(worker, NULL);
  worker(NULL);
  pthread_join(t, NULL);
  if (x != 400) return 3;
}
