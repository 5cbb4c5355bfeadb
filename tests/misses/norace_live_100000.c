// SPDX-License-Identifier: Apache-2.0
// The same 100,000, each of which writes its own cell; the main goroutine reads all of them at the end.
#include "litmus.h"

enum { N = 100000 };
int cells[N];

static void other(int i, chan(int) c, waitgroup *wg) {
  int v;
  chan_recv(c, &v);
  cells[i] = i;
  wg_done(wg);
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  waitgroup wg = {0};
  wg_add(&wg, N);
  for (int i = 0; i < N; i++) go(other, i, c, &wg);
  chan_close(c);
  wg_wait(&wg);
  long sum = 0;
  for (int i = 0; i < N; i++) sum += cells[i];
  if (sum != (long)N * (N - 1) / 2) return 3;
}
