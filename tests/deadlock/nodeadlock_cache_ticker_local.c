// SPDX-License-Identifier: Apache-2.0
// A cleaner whose ticker and quit channel are known to itself alone still wakes: the ticker ticks.
#include <crun/crun.h>
#include <crun/short.h>

static _Atomic int ticks;

static void clean(chan(char) quit) {
  cr_ticker *t = ticker_new(CR_MILLISECOND);
  for (;;) {
    select {
      on_recv(cr_ticker_chan(t), NULL) { ticks++; }
      on_recv(quit, NULL) { return; }
    }
  }
}

int main(void) {
  go(clean, chan_make(char));
  while (ticks < 2) go_sleep(CR_MILLISECOND);
  return 0;
}
