// SPDX-License-Identifier: Apache-2.0
// sem_post happens before the sem_wait that it lets through.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <semaphore.h>

int x;
sem_t full, empty;

static void *producer(void *arg) {
  for (int i = 0; i < 50; i++) {
    sem_wait(&empty);
    x = i;
    sem_post(&full);
  }
  return arg;
}

int main(void) {
  sem_init(&full, 0, 0);
  sem_init(&empty, 0, 1);
  pthread_t t = spawn(producer, NULL);
  for (int i = 0; i < 50; i++) {
    while (i % 5 == 0 && sem_trywait(&full)) sched_yield();
    if (i % 5) sem_wait(&full);
    if (x++ != i) return 3;
    sem_post(&empty);
  }
  pthread_join(t, NULL);
}
