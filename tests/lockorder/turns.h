// SPDX-License-Identifier: Apache-2.0
// turns.h: what makes goroutines come one after the other by luck, as far as anybody can tell: by a mutex.
#ifndef TURNS_H
#define TURNS_H

#include <crun/crun.h>

static cr_mutex turn_mu;
static int turn;  // under turn_mu

static inline int turn_now(void) {
  cr_mutex_lock(&turn_mu);
  int n = turn;
  cr_mutex_unlock(&turn_mu);
  return n;
}

// turn_await returns when n turns are over.
static inline void turn_await(int n) {
  while (turn_now() < n) cr_yield();
}

static inline void turn_over(void) {
  cr_mutex_lock(&turn_mu);
  turn++;
  cr_mutex_unlock(&turn_mu);
}

// pair takes two mutexes, the first first.
static inline void pair(cr_mutex *first, cr_mutex *second) {
  cr_mutex_lock(first);
  cr_mutex_lock(second);
  cr_mutex_unlock(second);
  cr_mutex_unlock(first);
}

#endif
