// SPDX-License-Identifier: Apache-2.0
// The lock out of order is only tried, and what was held is given up when it is not to be had.
#include <crun/crun.h>
#include <crun/short.h>

static mutex a, b;
static int n;

static void forward(waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    mutex_lock(&a);
    mutex_lock(&b);
    n++;
    mutex_unlock(&b);
    mutex_unlock(&a);
  }
  wg_done(wg);
}

static void backward(waitgroup *wg) {
  for (int i = 0; i < 50;) {
    mutex_lock(&b);
    if (mutex_trylock(&a)) {
      n++;
      i++;
      mutex_unlock(&a);
    }
    mutex_unlock(&b);
    go_yield();
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(forward, &wg);
  go(backward, &wg);
  wg_wait(&wg);
  return n != 100;
}
