// SPDX-License-Identifier: Apache-2.0
// CRUNTRACEBACK=crash: all there is to say, then SIGABRT, for a core.
// exit: 134
// env: CRUNTRACEBACK=crash
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
