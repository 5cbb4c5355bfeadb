// SPDX-License-Identifier: Apache-2.0
// The first lock is taken by a function that has returned when the second is: the report names it still.
// exit: 0
// stderr: deadlock_locked_by_helper.c:19:
// stderr: deadlock_locked_by_helper.c:20:
// stderr: deadlock_locked_by_helper.c:28:
// stderr: deadlock_locked_by_helper.c:29:
// finding: lock-order lock-order-cycle: one, two, take
#include "turns.h"

static cr_mutex a, b;

static __attribute__((noinline)) void take(cr_mutex *m) {
  cr_mutex_lock(m);
  __asm__ volatile("");
}

static void one(void) {
  take(&a);
  take(&b);
  cr_mutex_unlock(&b);
  cr_mutex_unlock(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  take(&b);
  cr_mutex_lock(&a);
  cr_mutex_unlock(&a);
  cr_mutex_unlock(&b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
