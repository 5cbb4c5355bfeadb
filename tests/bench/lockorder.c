// SPDX-License-Identifier: Apache-2.0
// lockorder.c: what the watch over lock orders costs, by itself: run with CRUNDEBUG=lockorder=0 and =1.
//   lockorder pair | nested | pthread | pthread-nested: ns a lock and unlock by a goroutine, alone and of two within each
//   other, of crun's mutexes or of libc's; the best of many slices
#include <crun/crun.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { SLICES = 200, PAIRS = 20000 };

static cr_mutex outer, inner;
static pthread_mutex_t outer_p = PTHREAD_MUTEX_INITIALIZER, inner_p = PTHREAD_MUTEX_INITIALIZER;

static void pairs(void) {
  for (int i = 0; i < PAIRS; i++) {
    cr_mutex_lock(&inner);
    cr_mutex_unlock(&inner);
  }
}

static void nested(void) {
  for (int i = 0; i < PAIRS / 2; i++) {
    cr_mutex_lock(&outer);
    cr_mutex_lock(&inner);
    cr_mutex_unlock(&inner);
    cr_mutex_unlock(&outer);
  }
}

static void pairs_pthread(void) {
  for (int i = 0; i < PAIRS; i++) {
    pthread_mutex_lock(&inner_p);
    pthread_mutex_unlock(&inner_p);
  }
}

static void nested_pthread(void) {
  for (int i = 0; i < PAIRS / 2; i++) {
    pthread_mutex_lock(&outer_p);
    pthread_mutex_lock(&inner_p);
    pthread_mutex_unlock(&inner_p);
    pthread_mutex_unlock(&outer_p);
  }
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {{"pair", pairs}, {"nested", nested}, {"pthread", pairs_pthread}, {"pthread-nested", nested_pthread}};

static void measure(void (*run)(void), cr_chan(int64_t) result) {
  int64_t best = INT64_MAX;
  for (int i = 0; i < SLICES; i++) {
    int64_t start = cr_nanotime();
    run();
    int64_t took = cr_nanotime() - start;
    if (took < best) best = took;
  }
  cr_chan_send(result, best);
}

// Another goroutine than main: a program without threads has cheaper pthread locks, and no use for any.
int main(int argc, char **argv) {
  cr_chan(int64_t) result = cr_chan_make(int64_t, 1);
  for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++) {
    int64_t best;
    if (strcmp(cases[i].name, argv[1]) != 0) continue;
    cr_go(measure, cases[i].run, result);
    cr_chan_recv(result, &best);
    printf("%.2f\n", (double)best / PAIRS);
  }
  cr_chan_free(result);
}
