// SPDX-License-Identifier: Apache-2.0
// frame.h: how the libraries of other people are run for bench-race: PROGRAM -1 does the work once with nobody else
// about; PROGRAM does it in four workers at once, threads or (-DGOROUTINES) goroutines. Prints the milliseconds of
// processor time that it took.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef GOROUTINES
#include <crun/crun.h>
#include <crun/short.h>
#endif

enum { WORKERS = 4 };

// work is what each program has: the work of one worker, for itself.
static void work(int worker);

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

#ifdef GOROUTINES
static void worker(int i, waitgroup *wg) {
  work(i);
  wg_done(wg);
}

static void work_at_once(void) {
  waitgroup wg = {0};
  wg_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) go(worker, i, &wg);
  wg_wait(&wg);
}
#else
static void *worker(void *i) {
  work((int)(long)i);
  return NULL;
}

static void work_at_once(void) {
  pthread_t t[WORKERS];
  for (long i = 0; i < WORKERS; i++) pthread_create(&t[i], NULL, worker, (void *)i);
  for (int i = 0; i < WORKERS; i++) pthread_join(t[i], NULL);
}
#endif

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  double start = now_ms();
  if (argc > 1 && !strcmp(argv[1], "-1")) work(0);
  else work_at_once();
  printf("%.2f\n", now_ms() - start);
}
