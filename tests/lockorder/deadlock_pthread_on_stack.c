// SPDX-License-Identifier: Apache-2.0
// Two pthread mutexes on a goroutine's stack are taken in opposite order by two that it has lent them to.
// exit: 0
// finding: lock-order lock-order-cycle: forth, back
#include <pthread.h>

#include "turns.h"

struct two {
  pthread_mutex_t a, b;
};

static void forth(struct two *t) {
  pthread_mutex_lock(&t->a);
  pthread_mutex_lock(&t->b);
  pthread_mutex_unlock(&t->b);
  pthread_mutex_unlock(&t->a);
  turn_over();
}

static void back(struct two *t) {
  turn_await(1);
  pthread_mutex_lock(&t->b);
  pthread_mutex_lock(&t->a);
  pthread_mutex_unlock(&t->a);
  pthread_mutex_unlock(&t->b);
  turn_over();
}

static void lends(void) {
  struct two t = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
  cr_go(forth, &t);
  cr_go(back, &t);
  turn_await(2);
  turn_over();
}

int main(void) {
  cr_go(lends);
  turn_await(3);
}
