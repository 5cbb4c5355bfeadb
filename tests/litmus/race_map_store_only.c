// SPDX-License-Identifier: Apache-2.0
// Two that store under one key, and look nothing up, are not ordered.
// RACE: write A, write B
#include "litmus.h"

int x;
cr_map map;

static void stores(void) {
  racer(0);
  x = 1;  // @A
  cr_map_store(&map, CR_KEY("key"), &x);
  next();
}

int main(void) {
  go(stores);
  racer(1);
  x = 2;  // @B
  cr_map_store(&map, CR_KEY("key"), &x);
  next();
  turn(2);
}
