// SPDX-License-Identifier: Apache-2.0
// Goroutines that ask for the same at the same time wait for one of them, which needs a lock of its own.
#include <crun/crun.h>
#include <crun/short.h>

static cr_flight flight;
static mutex mu;
static int loads, value = 7;

static void *load(void *arg) {
  mutex_lock(&mu);
  loads++;
  mutex_unlock(&mu);
  go_yield();
  return arg;
}

static void asks(waitgroup *wg, _Atomic int *right) {
  int *v = cr_flight_do(&flight, "k", load, &value, NULL);
  *right += *v == 7;
  wg_done(wg);
}

int main(void) {
  _Atomic int right = 0;
  waitgroup wg = {0};
  wg_add(&wg, 8);
  for (int i = 0; i < 8; i++) go(asks, &wg, &right);
  wg_wait(&wg);
  return right != 8 || loads < 1;
}
