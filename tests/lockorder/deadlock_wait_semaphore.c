// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a permit with a lock that the one that gives it takes before.
// exit: 0
// finding: lock-order lock-held-while-waiting: waits, gives
#include "turns.h"

static cr_mutex m;
static cr_sema permits;

static void gives(void) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  turn_over();
  turn_await(2);
  while (__atomic_load_n(&permits.waiters.first, __ATOMIC_ACQUIRE) == NULL) cr_yield();
  cr_sema_release(&permits);
  turn_over();
}

static void waits(void) {
  turn_await(1);
  cr_mutex_lock(&m);
  turn_over();
  cr_sema_acquire(&permits);
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_go(gives);
  cr_go(waits);
  turn_await(4);
}
