// SPDX-License-Identifier: Apache-2.0
// A wild pointer in a goroutine: the signal, the goroutine's trace, and the end that the signal has.
// exit: 139
#include <crun/crun.h>
#include <crun/short.h>

static void store(int *p) { *p = 1; }
static void bad(int *p) { store(p); }

int main(void) {
  chan(int) c = chan_make(int);
  int v;
  go(bad, (int *)16);
  chan_recv(c, &v);
}
// | fatal error: unexpected signal
// | [signal SIGSEGV: Segmentation fault code=0xN addr=0xN]
// |
// | goroutine 2 [running]:
// | store(...)
// | 	segv.c:7
// | bad(...)
// | 	segv.c:8
// | created by main in goroutine 1
// | 	segv.c:13
// |
// | goroutine 1 [chan receive]:
// | cr_chan_recv_raw(...)
// | main(...)
// | 	segv.c:14
// |
