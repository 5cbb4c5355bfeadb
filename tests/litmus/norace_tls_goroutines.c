// SPDX-License-Identifier: Apache-2.0
// Goroutines that run on one thread in turn use its thread-locals, through a pointer, and park in between.
#include "litmus.h"

enum { GOROUTINES = 8, TURNS = 50 };

_Thread_local long scratch[16];
cr_waitgroup done;

__attribute__((noinline)) static long work_on(long seed) {
  long *volatile p = scratch, sum = 0;
  for (int i = 0; i < 16; i++) p[i] = seed + i;
  for (int i = 0; i < 16; i++) sum += p[i];
  return sum;
}

static void goroutine(long id) {
  for (long i = 0; i < TURNS; i++) {
    if (work_on(id + i) != 16 * (id + i) + 120) abort();
    cr_yield();
  }
  cr_waitgroup_done(&done);
}

int main(void) {
  cr_waitgroup_add(&done, GOROUTINES);
  work_on(1);
  for (long i = 0; i < GOROUTINES; i++) cr_go(goroutine, i);
  work_on(2);
  cr_waitgroup_wait(&done);
  work_on(3);
}
