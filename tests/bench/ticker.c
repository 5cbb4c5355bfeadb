// SPDX-License-Identifier: Apache-2.0
// ticker.c: the p99 of a 1 ms ticker's gaps while four goroutines compute, in ns; CRUNMAXPROCS says on how many Ps.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKS = 2000, HOGS = 4 };
static double gap_ns[TICKS];
static uint64_t sink[HOGS * 8];

void spin(_Atomic bool *over, uint64_t *sink);

static void hog(_Atomic bool *over, uint64_t *where, waitgroup *wg) {
  spin(over, where);
  wg_done(wg);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  _Atomic bool over = false;
  waitgroup wg = {0};
  wg_add(&wg, HOGS);
  for (int i = 0; i < HOGS; i++) go(hog, &over, &sink[i * 8], &wg);
  cr_ticker *t = ticker_new(CR_MILLISECOND);
  int64_t begin = cr_nanotime(), last = begin;
  int n = 0;
  while (n < TICKS && last - begin < 5 * CR_SECOND) {
    chan_recv(ticker_chan(t), NULL);
    int64_t now = cr_nanotime();
    gap_ns[n++] = (double)(now - last);
    last = now;
  }
  ticker_free(t);
  over = true;
  wg_wait(&wg);
  qsort(gap_ns, (size_t)n, sizeof *gap_ns, by_size);
  printf("%.2f\n", gap_ns[n * 99 / 100]);
}
