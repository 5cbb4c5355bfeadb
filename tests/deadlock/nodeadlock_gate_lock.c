// SPDX-License-Identifier: Apache-2.0
// Two locks are taken in both orders, always under a third: the gate keeps the orders apart.
#include <crun/crun.h>
#include <crun/short.h>

static mutex gate, a, b;
static int n;

static void forward(waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    mutex_lock(&gate);
    mutex_lock(&a);
    mutex_lock(&b);
    n++;
    mutex_unlock(&b);
    mutex_unlock(&a);
    mutex_unlock(&gate);
  }
  wg_done(wg);
}

static void backward(waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    mutex_lock(&gate);
    mutex_lock(&b);
    mutex_lock(&a);
    n++;
    mutex_unlock(&a);
    mutex_unlock(&b);
    mutex_unlock(&gate);
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
