// SPDX-License-Identifier: Apache-2.0
// main returns while a goroutine computes and others wait: atexit handlers run, stdio is flushed, main's code is the process's.
// exit: 3
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>

static volatile long turns;
static void computes(void) {
  for (;;) turns++;
}
static void waits(chan(int) c) {
  int v;
  chan_recv(c, &v);
}
static void bye(void) { puts("atexit ran"); }

int main(void) {
  atexit(bye);
  chan(int) c = chan_make(int);
  for (int i = 0; i < 100; i++) go(waits, c);
  go(computes);
  go_yield();
  printf("main returns");
  putchar('\n');
  return 3;
}
// > main returns
// > atexit ran
