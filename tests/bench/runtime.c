// SPDX-License-Identifier: Apache-2.0
// runtime.c: the runtime's fast paths, as ns per operation. go/main.go is its twin; CRUNMAXPROCS says how many Ps.
//   runtime yield | spawn | batch | pingpong | buffered | sieve | skynet | compute
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

// 1000 are started, then waited for.
static double bench_batch(int rounds) {
  enum { BATCH = 1000 };
  waitgroup wg = {0};
  double start = now_ns();
  for (int r = 0; r < rounds; r++) {
    wg_add(&wg, BATCH);
    for (int i = 0; i < BATCH; i++) go(cr_waitgroup_done, &wg);
    wg_wait(&wg);
  }
  return (now_ns() - start) / rounds / BATCH;
}

static void generate(chan(long) out, _Atomic int *stop) {
  for (long i = 2; !*stop; i++) chan_send(out, i);
  chan_close(out);
}

static void filter(chan(long) in, chan(long) out, long prime) {
  long v;
  while (chan_recv(in, &v))
    if (v % prime) chan_send(out, v);
  chan_close(out);
}

// The first n primes by a chain of filters: ns a prime.
static double bench_sieve(int n) {
  _Atomic int stop = 0;
  chan(long) c = chan_make(long);
  long prime = 0, rest;
  double start = now_ns();
  go(generate, c, &stop);
  for (int i = 0; i < n; i++) {
    chan_recv(c, &prime);
    chan(long) next = chan_make(long);
    go(filter, c, next, prime);
    c = next;
  }
  double took = now_ns() - start;
  if (n == 1000 && prime != 7919) abort();
  stop = 1;
  while (chan_recv(c, &rest)) continue;
  return took / n;
}

static void skynet(chan(long) up, long number, int size) {
  if (size == 1) {
    chan_send(up, number);
    return;
  }
  chan(long) c = chan_make(long);
  long sum = 0, v;
  for (int i = 0; i < 10; i++) go(skynet, c, number + i * (size / 10), size / 10);
  for (int i = 0; i < 10; i++) {
    chan_recv(c, &v);
    sum += v;
  }
  chan_free(c);
  chan_send(up, sum);
}

// A tree of n goroutines, ten under each: ns a leaf.
static double bench_skynet(int n) {
  chan(long) c = chan_make(long);
  long sum;
  double start = now_ns();
  go(skynet, c, 0L, n);
  chan_recv(c, &sum);
  if (sum != (long)n * (n - 1) / 2) abort();
  return (now_ns() - start) / n;
}

static volatile uint64_t sink[64 * 8];  // volatile: the work is not left out
static void computes(int steps, int slot, waitgroup *wg) {
  uint64_t x = (uint64_t)slot + 1;
  for (int i = 0; i < steps; i++) x ^= x << 13, x ^= x >> 7, x ^= x << 17;
  sink[slot * 8] = x;
  wg_done(wg);
}

// 64 goroutines compute without a word to each other: ns a step of all.
static double bench_compute(int steps) {
  waitgroup wg = {0};
  wg_add(&wg, 64);
  double start = now_ns();
  for (int i = 0; i < 64; i++) go(computes, steps, i, &wg);
  wg_wait(&wg);
  return (now_ns() - start) / steps;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  if (!strcmp(name, "yield")) ns = bench_yield(2000000);
  else if (!strcmp(name, "spawn")) ns = bench_spawn(500000);
  else if (!strcmp(name, "pingpong")) ns = bench_pingpong(1000000);
  else if (!strcmp(name, "buffered")) ns = bench_buffered(5000000);
  else if (!strcmp(name, "batch")) ns = bench_batch(500);
  else if (!strcmp(name, "sieve")) ns = bench_sieve(1000);
  else if (!strcmp(name, "skynet")) ns = bench_skynet(1000000);
  else if (!strcmp(name, "compute")) ns = bench_compute(5000000);
  else return 2;
  printf("%.2f\n", ns);
}
