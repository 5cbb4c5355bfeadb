// SPDX-License-Identifier: Apache-2.0
// race_sync.c: what synchronization costs under -race, as ns per operation. go-race-sync/main.go is its twin.
//   race_sync pair | between | random64 | random1000 | unbuffered | buffered
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000 };

static mutex mu[MOST];
static long counts[MOST][8];
static long private_count;

// One goroutine locks one mutex, while another one is parked.
static void pairs(int n, waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    mutex_lock(&mu[0]);
    counts[0][0]++;
    mutex_unlock(&mu[0]);
  }
  wg_done(wg);
}

// The same with an access between the pairs: each pair has two sets of locks.
static void pairs_between(int n, waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    private_count++;
    mutex_lock(&mu[0]);
    counts[0][0]++;
    mutex_unlock(&mu[0]);
  }
  wg_done(wg);
}

static void at_random(int n, int locks, uint32_t seed, waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    seed = seed * 1664525 + 1013904223;
    int k = (int)((seed >> 8) % (uint32_t)locks);
    mutex_lock(&mu[k]);
    counts[k][0]++;
    mutex_unlock(&mu[k]);
  }
  wg_done(wg);
}

static void parked(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

static double bench_one(void (*fn)(int, waitgroup *), int n) {
  chan(int) c = chan_make(int);
  waitgroup wg = {0};
  go(parked, c);
  wg_add(&wg, 1);
  int64_t start = cr_nanotime();
  go(fn, n, &wg);
  wg_wait(&wg);
  int64_t took = cr_nanotime() - start;
  chan_send(c, 0);
  return (double)took / n;
}

static double bench_random(int many, int n) {
  waitgroup wg = {0};
  wg_add(&wg, many);
  int64_t start = cr_nanotime();
  for (int i = 0; i < many; i++) go(at_random, n, many, (uint32_t)i, &wg);
  wg_wait(&wg);
  return (double)(cr_nanotime() - start) / many / n;
}

static void send_all(int n, chan(long) c) {
  for (int i = 0; i < n; i++) chan_send(c, i);
  chan_close(c);
}

static double bench_channel(int capacity, int n) {
  chan(long) c = chan_make(long, capacity);
  long v, sum = 0;
  int64_t start = cr_nanotime();
  go(send_all, n, c);
  while (chan_recv(c, &v)) sum += v;
  int64_t took = cr_nanotime() - start;
  if (sum != (long)n * (n - 1) / 2) abort();
  return (double)took / n;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  if (!strcmp(name, "pair")) ns = bench_one(pairs, 2000000);
  else if (!strcmp(name, "between")) ns = bench_one(pairs_between, 2000000);
  else if (!strcmp(name, "random64")) ns = bench_random(64, 20000);
  else if (!strcmp(name, "random1000")) ns = bench_random(1000, 500);
  else if (!strcmp(name, "unbuffered")) ns = bench_channel(0, 500000);
  else if (!strcmp(name, "buffered")) ns = bench_channel(64, 1000000);
  else return 2;
  printf("%.2f\n", ns);
}
