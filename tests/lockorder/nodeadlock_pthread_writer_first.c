// SPDX-License-Identifier: Apache-2.0
// It is read once at a time.
#define _GNU_SOURCE  // for the initializer
#include <pthread.h>

#include "turns.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void one(void) {
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
