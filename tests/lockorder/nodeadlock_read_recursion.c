// SPDX-License-Identifier: Apache-2.0
// Goroutines read-lock twice; the only writer was there before they began, and another only tries.
#include "turns.h"

static cr_rwmutex rw;

static void outer(void) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_runlock(&rw);
  cr_rwmutex_runlock(&rw);
  turn_over();
}

static void tries(void) {
  turn_await(1);
  if (cr_rwmutex_trylock(&rw)) cr_rwmutex_unlock(&rw);
  turn_over();
}

int main(void) {
  cr_rwmutex_lock(&rw);
  cr_rwmutex_unlock(&rw);
  cr_go(outer);
  cr_go(tries);
  turn_await(2);
}
