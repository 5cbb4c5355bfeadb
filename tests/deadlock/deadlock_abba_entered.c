// SPDX-License-Identifier: Apache-2.0
// The locks were taken by a function that has returned, and is on the stack again for another lock: the stack of then is told.
// exit: 2
// finding: deadlock mutex-cycle: enters_first, enters_second, enter
// not stderr:   [called, or from elsewhere
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))
#define NO_TAIL() __asm__ volatile("")

static mutex a, b;
static waitgroup over;
static waitgroup both;  // each has its first lock

NOINLINE static void enter(mutex *m) {
  mutex_lock(m);
  NO_TAIL();
}

NOINLINE static void enters_first(mutex *m) {
  enter(m);
  NO_TAIL();
}

NOINLINE static void enters_second(mutex *m) {
  enter(m);
  NO_TAIL();
}

NOINLINE static void both_of(mutex *first, mutex *second) {
  enters_first(first);
  wg_done(&both);
  wg_wait(&both);
  enters_second(second);
  mutex_unlock(second);
  mutex_unlock(first);
  wg_done(&over);
}

int main(void) {
  wg_add(&over, 2);
  wg_add(&both, 2);
  go(both_of, &a, &b);
  go(both_of, &b, &a);
  wg_wait(&over);
  return 0;
}
