// SPDX-License-Identifier: Apache-2.0
// A store happens before the load that finds its value, a delete before the load that finds nothing.
#include "litmus.h"

int x, y;
cr_map map;

static void stores(void) {
  x = 1;
  cr_map_store(&map, CR_KEY("x"), &x);
}

static void deletes(void) {
  y = 1;
  cr_map_delete(&map, CR_KEY("y"));
}

int main(void) {
  cr_map_store(&map, CR_KEY("y"), &y);
  go(stores);
  go(deletes);
  int *p;
  while (!(p = cr_map_load(&map, CR_KEY("x")))) go_yield();
  *p = 2;
  while (cr_map_load(&map, CR_KEY("y"))) go_yield();
  y = 2;
  cr_map_free(&map);
}
