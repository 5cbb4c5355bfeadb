// SPDX-License-Identifier: Apache-2.0
// cr_async happens before the start of its function, the return of which happens before every await's.
#include "litmus.h"

enum { N = 5 };
int x[N];

static int *doubles(int *p) {
  *p *= 2;
  return p;
}

static void waits(cr_future *f, waitgroup *wg) {
  chan_recv(cr_future_done(f), NULL);
  if (*(int *)cr_await(f) != 2) exit(3);
  wg_done(wg);
}

int main(void) {
  cr_future *f[N];
  void *v[N];
  static int dropped;
  cr_future_free(cr_async(doubles, &dropped));
  for (int i = 0; i < N; i++) x[i] = i, f[i] = cr_async(doubles, &x[i]);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(waits, f[1], &wg);
  wg_wait(&wg);
  cr_await_all(N, f, v);
  for (int i = 0; i < N; i++) ++*(int *)v[i];
}
