// SPDX-License-Identifier: Apache-2.0
// The locks of deadlock_abba_entered.c are taken in one order.
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))
#define NO_TAIL() __asm__ volatile("")

static mutex a, b;
static waitgroup over;

NOINLINE static void enter(mutex *m) {
  mutex_lock(m);
  NO_TAIL();
}

NOINLINE static void both_of(mutex *first, mutex *second) {
  enter(first);
  mutex_lock(second);
  mutex_unlock(second);
  mutex_unlock(first);
  wg_done(&over);
}

int main(void) {
  wg_add(&over, 2);
  go(both_of, &a, &b);
  go(both_of, &a, &b);
  wg_wait(&over);
  return 0;
}
