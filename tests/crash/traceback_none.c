// SPDX-License-Identifier: Apache-2.0
// CRUNTRACEBACK=none: the message alone.
// exit: 2
// env: CRUNTRACEBACK=none
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
