// SPDX-License-Identifier: Apache-2.0
// All that came before a barrier happens before all that comes after it.
#define LITMUS_PTHREAD
#include "litmus.h"

int cells[4], sums[4];
pthread_barrier_t barrier;

static void *worker(void *arg) {
  int me = (int)(long)arg;
  for (int round = 0; round < 20; round++) {
    cells[me] = round;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 4; i++) sums[me] += cells[i];
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

int main(void) {
  pthread_t t[4];
  pthread_barrier_init(&barrier, NULL, 4);
  for (long i = 0; i < 4; i++) t[i] = spawn(worker, (void *)i);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  for (int i = 0; i < 4; i++)
    if (sums[i] != 4 * 190) return 3;
}
