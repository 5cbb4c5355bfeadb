// SPDX-License-Identifier: Apache-2.0
// Pthread locks are made by an initializer and never destroyed, as std::mutex is, in the heap and on a stack; what is made
// later in the same memory is taken in the opposite order.
#include <pthread.h>
#include <stdlib.h>

#include "turns.h"

struct both {
  pthread_mutex_t m;
  pthread_rwlock_t rw;
};
static struct both *place;  // of both, one after the other: malloc may give either again

static void make(struct both *b) {
  *b = (struct both){PTHREAD_MUTEX_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};
}

static void nest(struct both *first, struct both *second) {
  pthread_mutex_lock(&first->m);
  pthread_mutex_lock(&second->m);
  pthread_mutex_unlock(&second->m);
  pthread_mutex_unlock(&first->m);
  pthread_rwlock_wrlock(&first->rw);
  pthread_rwlock_wrlock(&second->rw);
  pthread_rwlock_unlock(&second->rw);
  pthread_rwlock_unlock(&first->rw);
}

static void uses(int nth) {
  turn_await(nth);
  make(&place[0]);
  make(&place[1]);
  nest(&place[nth], &place[1 - nth]);
  struct both here[2];
  make(&here[0]);
  make(&here[1]);
  nest(&here[nth], &here[1 - nth]);
  turn_over();
}

int main(void) {
  place = malloc(2 * sizeof *place);
  cr_go(uses, 0);
  cr_go(uses, 1);
  turn_await(2);
  free(place);
}
