// SPDX-License-Identifier: Apache-2.0
// A group of at most two, whose creator waits for room while they run.
#include <crun/crun.h>
#include <crun/short.h>

static _Atomic int sum;

static int add(void *arg) {
  sum += (int)(long)arg;
  go_yield();
  return 0;
}

int main(void) {
  errgroup group = {0};
  errgroup_limit(&group, 2);
  for (long n = 1; n <= 20; n++) errgroup_go(&group, add, (void *)n);
  return errgroup_wait(&group) || sum != 210;
}
