// SPDX-License-Identifier: Apache-2.0
// A pthread spin lock.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_spinlock_t lock;

static void *worker(void *arg) {
  for (int i = 0; i < 100; i++) {
    while (pthread_spin_trylock(&lock)) sched_yield();
    x++;
    pthread_spin_unlock(&lock);
  }
  return arg;
}

int main(void) {
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_t t = spawn(worker, NULL);
  worker(NULL);
  pthread_join(t, NULL);
  if (x != 200) return 3;
}
