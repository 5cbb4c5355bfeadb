// SPDX-License-Identifier: Apache-2.0
// st.c: the twin of runtime.c on State Threads: one thread, threads that join, and a channel made of its conditions.
//   st yield | spawn | batch | pingpong
#include <st.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static st_thread_t start(void *(*fn)(void *), void *arg) { return st_thread_create(fn, arg, 1, 65536); }

static void *yielder(void *n) {
  for (long i = 0; i < (long)n; i++) st_usleep(0);  // its yield: to the end of the run queue
  return NULL;
}

static double bench_yield(long n) {
  double begin = now_ns();
  st_thread_t a = start(yielder, (void *)n), b = start(yielder, (void *)n);
  st_thread_join(a, NULL);
  st_thread_join(b, NULL);
  return (now_ns() - begin) / (2.0 * n);
}

static void *nothing(void *arg) { return arg; }

static double bench_spawn(int n) {
  double begin = now_ns();
  for (int i = 0; i < n; i++) st_thread_join(start(nothing, NULL), NULL);
  return (now_ns() - begin) / n;
}

static double bench_batch(int rounds) {
  enum { BATCH = 1000 };
  static st_thread_t t[BATCH];
  double begin = now_ns();
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < BATCH; i++) t[i] = start(nothing, NULL);
    for (int i = 0; i < BATCH; i++) st_thread_join(t[i], NULL);
  }
  return (now_ns() - begin) / rounds / BATCH;
}

// A cell that holds one value, for one sender and one receiver.
struct cell {
  st_cond_t changed;
  long value;
  int full;
};

static void put(struct cell *c, long v) {
  while (c->full) st_cond_wait(c->changed);
  c->value = v;
  c->full = 1;
  st_cond_signal(c->changed);
}

static long take(struct cell *c) {
  while (!c->full) st_cond_wait(c->changed);
  c->full = 0;
  st_cond_signal(c->changed);
  return c->value;
}

static struct cell in, out;

static void *echo(void *n) {
  for (long i = 0; i < (long)n; i++) put(&out, take(&in) + 1);
  return NULL;
}

static double bench_pingpong(long n) {
  in.changed = st_cond_new();
  out.changed = st_cond_new();
  st_thread_t t = start(echo, (void *)n);
  double begin = now_ns();
  long v = 0;
  for (long i = 0; i < n; i++) put(&in, v), v = take(&out);
  if (v != n) abort();
  double took = now_ns() - begin;
  st_thread_join(t, NULL);
  return took / (2.0 * n);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  st_init();
  if (!strcmp(name, "yield")) ns = bench_yield(500000);
  else if (!strcmp(name, "spawn")) ns = bench_spawn(500000);
  else if (!strcmp(name, "batch")) ns = bench_batch(500);
  else if (!strcmp(name, "pingpong")) ns = bench_pingpong(1000000);
  else return 2;
  printf("%.2f\n", ns);
}
