// SPDX-License-Identifier: Apache-2.0
// CRUNTRACEBACK=system: the frames inside the runtime too.
// exit: 2
// env: CRUNTRACEBACK=system
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
// ~ ^chan_recv\(
// ~ ^waits\(
