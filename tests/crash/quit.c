// SPDX-License-Identifier: Apache-2.0
// SIGQUIT prints every goroutine, also one that computes on another thread, and ends the process.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>

static volatile int spins;

static void spin(void) { for (spins = 1;;) {} }
static void computes(int n) { cr_set_name("busy"); spin(); (void)n; }
static void waits(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

int main(void) {
  go(waits, chan_make(int));
  go_yield();
  go(computes, 1);
  while (!spins) {}
  raise(SIGQUIT);
}
// | SIGQUIT: quit
// | PC=0xN m=0 sigcode=-6
// |
// | goroutine 1 [running]:
// | main(...)
// | 	quit.c:22
// |
// | goroutine 2 [chan receive]:
// | cr_chan_recv_raw(...)
// | waits(...)
// | 	quit.c:14
// | created by main in goroutine 1
// | 	quit.c:18
// |
// | goroutine 3 "busy" [running]:
// | spin(...)
// | 	quit.c:10
// | computes(...)
// | 	quit.c:11
// | created by main in goroutine 1
// | 	quit.c:20
// |
