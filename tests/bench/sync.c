// SPDX-License-Identifier: Apache-2.0
// sync.c: what is built on channels and locks, as ns per operation. go-sync/main.go is its twin; CRUNMAXPROCS
// says how many Ps.
//   sync select4 | timer | cancel | mutex
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void produce(int n, chan(long) out) {
  for (int i = 0; i < n; i++) chan_send(out, i);
}

// One receives from whichever of four unbuffered channels has a sender.
static double bench_select4(int n) {
  chan(long) c[4];
  long v, sum = 0;
  for (int i = 0; i < 4; i++) c[i] = chan_make(long);
  int64_t start = cr_nanotime();
  for (int i = 0; i < 4; i++) go(produce, n / 4, c[i]);
  for (int i = 0; i < n; i++) {
    select {
      on_recv(c[0], &v) { sum += v; }
      on_recv(c[1], &v) { sum += v; }
      on_recv(c[2], &v) { sum += v; }
      on_recv(c[3], &v) { sum += v; }
    }
  }
  int64_t took = cr_nanotime() - start;
  if (sum != 4 * ((long)(n / 4) * (n / 4 - 1) / 2)) abort();
  return (double)took / n;
}

// A timer is started and stopped, while 100 others run.
static double bench_timer(int n) {
  cr_timer *others[100];
  for (int i = 0; i < 100; i++) others[i] = timer_new((i + 1) * CR_HOUR);
  int64_t start = cr_nanotime();
  for (int i = 0; i < n; i++) {
    cr_timer *t = timer_new(CR_MINUTE + i % 7);
    if (!timer_stop(t)) abort();
    timer_free(t);
  }
  int64_t took = cr_nanotime() - start;
  for (int i = 0; i < 100; i++) timer_free(others[i]);
  return (double)took / n;
}

// A context with 1000 children is canceled: ns a child, without what makes and frees them.
static double bench_cancel(int rounds) {
  enum { CHILDREN = 1000 };
  static cr_context *child[CHILDREN];
  int64_t took = 0;
  for (int round = 0; round < rounds; round++) {
    cr_context *top = cr_context_with_cancel(cr_context_background());
    for (int i = 0; i < CHILDREN; i++) child[i] = cr_context_with_cancel(top);
    int64_t start = cr_nanotime();
    cr_context_cancel(top);
    took += cr_nanotime() - start;
    for (int i = 0; i < CHILDREN; i++) cr_context_free(child[i]);
    cr_context_free(top);
  }
  return (double)took / rounds / CHILDREN;
}

static mutex mu;
static long count;

static void lock_and_count(int n, waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    mutex_lock(&mu);
    count++;
    mutex_unlock(&mu);
  }
  wg_done(wg);
}

// 64 goroutines lock one mutex.
static double bench_mutex(int n) {
  waitgroup wg = {0};
  wg_add(&wg, 64);
  int64_t start = cr_nanotime();
  for (int i = 0; i < 64; i++) go(lock_and_count, n, &wg);
  wg_wait(&wg);
  if (count != 64L * n) abort();
  return (double)(cr_nanotime() - start) / (64.0 * n);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  if (!strcmp(name, "select4")) ns = bench_select4(1000000);
  else if (!strcmp(name, "timer")) ns = bench_timer(1000000);
  else if (!strcmp(name, "cancel")) ns = bench_cancel(500);
  else if (!strcmp(name, "mutex")) ns = bench_mutex(200000);
  else return 2;
  printf("%.2f\n", ns);
}
