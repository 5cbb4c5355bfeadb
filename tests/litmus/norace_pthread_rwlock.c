// SPDX-License-Identifier: Apache-2.0
// A pthread rwlock: writers exclude all, readers read.
#define LITMUS_PTHREAD
#include "litmus.h"

int x, y;
pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static void *writer(void *arg) {
  for (int i = 0; i < 100; i++) {
    pthread_rwlock_wrlock(&rw);
    x++;
    y++;
    pthread_rwlock_unlock(&rw);
  }
  return arg;
}

static void *reader(void *arg) {
  for (int i = 0; i < 100; i++) {
    pthread_rwlock_rdlock(&rw);
    if (x != y) abort();
    pthread_rwlock_unlock(&rw);
  }
  return arg;
}

int main(void) {
  pthread_t t[4] = {spawn(writer, NULL), spawn(reader, NULL), spawn(reader, NULL), spawn(writer, NULL)};
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  if (x != 200) return 3;
}
