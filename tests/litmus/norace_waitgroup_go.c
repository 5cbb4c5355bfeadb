// SPDX-License-Identifier: Apache-2.0
// cr_waitgroup_go happens before the start of its function, whose end happens before the wait's.
#include "litmus.h"

enum { N = 5 };
int x[N];

static void doubles(int *p) { *p *= 2; }

static void exits(int *p) {
  *p += 1;
  cr_goexit();
}

int main(void) {
  waitgroup wg = {0};
  for (int i = 0; i < N; i++) x[i] = i;
  for (int i = 0; i < N; i++) {
    if (i % 2) cr_waitgroup_go(&wg, doubles, &x[i]);
    else cr_waitgroup_go(&wg, exits, &x[i]);
  }
  wg_wait(&wg);
  for (int i = 0; i < N; i++)
    if (x[i] != (i % 2 ? 2 * i : i + 1)) exit(3);
}
