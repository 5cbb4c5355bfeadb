// SPDX-License-Identifier: Apache-2.0
// Main ends by goexit, and the last goroutine returns: nobody is left to end the program.
// exit: 2
// stderr: fatal error: no goroutines (main called cr_goexit) - deadlock!
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static void last(chan(int) c) {
  chan_recv(c, NULL);
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(last, c);
  chan_send(c, 1);
  cr_goexit();
}
