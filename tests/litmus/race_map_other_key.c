// SPDX-License-Identifier: Apache-2.0
// A store of one key is not ordered with the load of another.
// RACE: write A, write B
#include "litmus.h"

int x;
cr_map map;

static void stores(void) {
  racer(0);
  x = 1;  // @A
  cr_map_store(&map, CR_KEY("one"), &x);
  cr_map_load(&map, CR_KEY("other"));
  next();
}

int main(void) {
  cr_map_store(&map, CR_KEY("other"), &x);
  go(stores);
  racer(1);
  if (!cr_map_load(&map, CR_KEY("other"))) exit(3);
  x = 2;  // @B
  cr_map_store(&map, CR_KEY("other"), &x);
  next();
  turn(2);
}
