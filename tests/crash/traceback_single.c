// SPDX-License-Identifier: Apache-2.0
// CRUNTRACEBACK=single: the goroutine that panicked, and no other.
// exit: 2
// env: CRUNTRACEBACK=single
#include <crun/crun.h>
#include <crun/short.h>

static void waits(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

int main(void) {
  go(waits, chan_make(int));
  go_yield();
  cr_panic("enough");
}
// | panic: enough
// |
// | goroutine 1 [running]:
// | cr_panic(...)
// | main(...)
// | 	traceback_single.c:16
// |
