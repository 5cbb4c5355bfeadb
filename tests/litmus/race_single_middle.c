// SPDX-License-Identifier: Apache-2.0
// main runs alone until a function that it calls starts a goroutine: from there on its accesses count, in the middle of
// the function and of the loop. Then it is alone again, and the same once more.
// RACE: write A, write B
#include "litmus.h"

long x[64], alone[64];

static void child(int turn) {
  racer(turn);
  for (int i = 0; i < 64; i++) x[i] = 1;  // @B
  next();
}

NOINLINE static void start(int round, waitgroup *wg) {
  wg_add(wg, 1);
  if (round == 2) go(child, 0);
  wg_done(wg);
}

NOINLINE static long fill(int round, waitgroup *wg) {
  long sum = 0;
  for (int i = 0; i < 64; i++) {
    alone[i] += i;
    if (i == 32) start(round, wg);
    sum += alone[i] * round;
  }
  if (round == 2) racer(1);
  for (int i = 0; i < 64; i++) x[i] = sum;  // @A
  next();
  return sum;
}

static void quiet(waitgroup *wg) { alone[0]++, wg_done(wg); }

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(quiet, &wg);
  wg_wait(&wg);
  alone[1] = fill(2, &wg);
  turn(2);
}
