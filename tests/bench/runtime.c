// SPDX-License-Identifier: Apache-2.0
// runtime.c: the runtime's fast paths, as ns per operation. go/main.go is its twin; CRUNMAXPROCS says how many Ps.
//   runtime yield | spawn | pingpong | buffered
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void yielder(int n, waitgroup *wg) {
  for (int i = 0; i < n; i++) go_yield();
  wg_done(wg);
}

// Two goroutines yield to each other.
static double bench_yield(int n) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  double start = now_ns();
  go(yielder, n, &wg);
  go(yielder, n, &wg);
  wg_wait(&wg);
  return (now_ns() - start) / (2.0 * n);
}

static void send_one(chan(int) c) { chan_send(c, 1); }

// A goroutine is started and waited for, one after another.
static double bench_spawn(int n) {
  chan(int) c = chan_make(int);
  int v;
  double start = now_ns();
  for (int i = 0; i < n; i++) {
    go(send_one, c);
    chan_recv(c, &v);
  }
  return (now_ns() - start) / n;
}

static void echo(int n, chan(long) in, chan(long) out) {
  long v;
  for (int i = 0; i < n; i++) {
    chan_recv(in, &v);
    chan_send(out, v + 1);
  }
}

// A value goes back and forth over two unbuffered channels.
static double bench_pingpong(int n) {
  chan(long) in = chan_make(long), out = chan_make(long);
  long v = 0;
  go(echo, n, in, out);
  double start = now_ns();
  for (int i = 0; i < n; i++) {
    chan_send(in, v);
    chan_recv(out, &v);
  }
  if (v != n) abort();
  return (now_ns() - start) / (2.0 * n);
}

static void produce(int n, chan(long) out) {
  for (int i = 0; i < n; i++) chan_send(out, i);
}

// One sends, one receives, through a buffer of 128.
static double bench_buffered(int n) {
  chan(long) c = chan_make(long, 128);
  long v, sum = 0;
  double start = now_ns();
  go(produce, n, c);
  for (int i = 0; i < n; i++) {
    chan_recv(c, &v);
    sum += v;
  }
  if (sum != (long)n * (n - 1) / 2) abort();
  return (now_ns() - start) / n;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  if (!strcmp(name, "yield")) ns = bench_yield(2000000);
  else if (!strcmp(name, "spawn")) ns = bench_spawn(500000);
  else if (!strcmp(name, "pingpong")) ns = bench_pingpong(1000000);
  else if (!strcmp(name, "buffered")) ns = bench_buffered(5000000);
  else return 2;
  printf("%.2f\n", ns);
}
