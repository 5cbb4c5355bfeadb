// SPDX-License-Identifier: Apache-2.0
// 10,000 signals a second into a loop of checked accesses, atomics and allocations: each handler runs, whatever of
// the detector it interrupts, and its race is found.
// RACE: write A, read B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <signal.h>
#include <time.h>

enum { SIGNALS = 2000 };
int x, writes;
long words[4096], counter;
volatile sig_atomic_t left = SIGNALS;

static void handler(int sig) {
  if (left == 0) return;
  left = left - 1;
  writes++;
  if (left == 0) x = sig;  // @A
}

static void storm(void) {
  struct sigevent e = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  struct itimerspec every = {{0, 100000}, {0, 100000}};
  timer_t timer;
  e._sigev_un._tid = (int)syscall(SYS_gettid);
  if (timer_create(CLOCK_MONOTONIC, &e, &timer) || timer_settime(timer, 0, &every, NULL)) abort();
}

static void *thread(void *arg) {
  storm();
  for (size_t i = 0; left; i++) {
    words[i % 4096] += (long)i;
    __atomic_fetch_add(&counter, 1, __ATOMIC_ACQ_REL);
    char *p = malloc(i % 200 + 1);
    if (p) p[0] = 1;
    free(p);
    if (i % 16 == 0) raise(SIGUSR1);
  }
  use(writes);
  next();
  return arg;
}

int main(void) {
  signal(SIGUSR1, handler);
  spawn(thread, NULL);
  turn(1);
  use(x);  // @B
}
