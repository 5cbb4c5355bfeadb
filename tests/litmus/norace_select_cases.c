// SPDX-License-Identifier: Apache-2.0
// The operation that a select of an array did is ordered as the plain one.
#include "litmus.h"

enum { N = 40 };
int x[N];

static void sends(chan(int) c, int i) {
  x[i] = 1;
  chan_send(c, i);
}

int main(void) {
  chan(int) c[N];
  cr_select_case cases[N];
  int v;
  for (int i = 0; i < N; i++) {
    c[i] = chan_make(int);
    cases[i] = cr_case_recv(c[i], &v);
    go(sends, c[i], i);
  }
  for (int i = 0; i < N; i++) {
    int at = cr_select_cases(cases, N, CR_FOREVER);
    if (at != v) exit(3);
    x[at] = 2;
  }
}
