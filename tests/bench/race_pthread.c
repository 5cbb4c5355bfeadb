// SPDX-License-Identifier: Apache-2.0
// race_pthread.c: what a pthread mutex pair by one thread costs under -race, as ns of processor time, while another
// thread waits for a lock. The sanitizer is built from the same file.
//   race_pthread pair | between       between: with an access between the pairs
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PAIRS = 2000000 };

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER, gate = PTHREAD_MUTEX_INITIALIZER;
static long count, private_count;
static double ns;

static void *parked(void *arg) {
  pthread_mutex_lock(&gate);
  pthread_mutex_unlock(&gate);
  return arg;
}

static void pair(void) {
  pthread_mutex_lock(&mu);
  count++;
  pthread_mutex_unlock(&mu);
}

static double thread_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *pairs(void *between) {
  double start = thread_ns();
  for (int i = 0; i < PAIRS; i++) {
    if (between) private_count++;
    pair();
  }
  ns = (thread_ns() - start) / PAIRS;
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t p, q;
  pthread_mutex_lock(&gate);
  pthread_create(&p, NULL, parked, NULL);
  pthread_create(&q, NULL, pairs, argc > 1 && !strcmp(argv[1], "between") ? &q : NULL);
  pthread_join(q, NULL);
  pthread_mutex_unlock(&gate);
  pthread_join(p, NULL);
  printf("%.2f\n", ns);
}
