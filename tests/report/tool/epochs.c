// SPDX-License-Identifier: Apache-2.0
// Two races, each with 200,000 epochs between its two accesses, and as many locked accesses that do not race.
#include "../../litmus/litmus.h"

enum { PAIRS = 200000, WORDS = 256 };

static mutex m;
static long early, word[WORDS], guarded[WORDS];

static void first(void) {
  early = 1;
  word[WORDS - 1] = 1;
  next();
}

static void busy(void) {
  turn(1);
  for (int i = 0; i < PAIRS; i++) {
    mutex_lock(&m);
    guarded[i % WORDS]++;
    mutex_unlock(&m);
    word[i % (WORDS - 1)]++;
  }
  next();
}

static void last(void) {
  turn(2);
  mutex_lock(&m);
  guarded[3]++;
  mutex_unlock(&m);
  early++;
  word[WORDS - 1]++;
  next();
}

int main(void) {
  go(first);
  go(busy);
  go(last);
  turn(3);
}
