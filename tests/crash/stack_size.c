// SPDX-License-Identifier: Apache-2.0
// CRUNSTACK gives goroutines more room.
// exit: 0
// env: CRUNSTACK=4M
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static int down(int n) {
  volatile char frame[1000];
  frame[0] = 0;
  return n ? down(n - 1) + frame[0] : 7;
}
static void deep(chan(int) c) { chan_send(c, down(3000)); }

int main(void) {
  chan(int) c = chan_make(int);
  int v;
  go(deep, c);
  chan_recv(c, &v);
  printf("%d\n", v);
}
// > 7
