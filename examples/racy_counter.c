// SPDX-License-Identifier: Apache-2.0
// racy_counter.c: four goroutines count on one variable, and nothing orders them.
//   crun run -race examples/racy_counter.c
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static int counter;

static void count(waitgroup *wg) {
  for (int i = 0; i < 1000; i++) counter++;
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  for (int i = 0; i < 4; i++) {
    wg_add(&wg, 1);
    go(count, &wg);
  }
  wg_wait(&wg);
  printf("counted to %d\n", counter);
}
