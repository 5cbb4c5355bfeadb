// SPDX-License-Identifier: Apache-2.0
// Main ends by goexit, and the last goroutine ends the program by exit.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static void last(chan(int) c) {
  chan_recv(c, NULL);
  exit(0);
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(last, c);
  chan_send(c, 1);
  cr_goexit();
}
