// SPDX-License-Identifier: Apache-2.0
// Main ends by goexit and leaves the rest of the program to a goroutine, which ends it by exit.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static void rest(chan(int) in) {
  int v = 1;
  go_sleep(2 * CR_MILLISECOND);
  chan_try_recv(in, &v);
  exit(v);
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  chan_send(c, 0);
  go(rest, c);
  cr_goexit();
}
