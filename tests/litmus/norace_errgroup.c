// SPDX-License-Identifier: Apache-2.0
// The end of every function of an errgroup happens before its wait's; with a limit of 1 each before the next.
#include "litmus.h"

int x, y;

static int adds(int n) {
  x += n;
  return 0;
}

static int sets(int n) {
  y = n;
  return n;
}

int main(void) {
  cr_errgroup g = {0};
  cr_errgroup_limit(&g, 1);
  for (int i = 0; i < 5; i++) cr_errgroup_go(&g, adds, i);
  cr_errgroup_go(&g, sets, 3);
  if (cr_errgroup_wait(&g) != 3 || x != 10 || y != 3) exit(3);
}
