// SPDX-License-Identifier: Apache-2.0
// Main ends by goexit, and those that are left wait for each other.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: left(...)
// stderr: right(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static void left(chan(int) a, chan(int) b) {
  chan_recv(a, NULL);
  chan_send(b, 1);
}

static void right(chan(int) a, chan(int) b) {
  chan_recv(b, NULL);
  chan_send(a, 1);
}

int main(void) {
  chan(int) a = chan_make(int), b = chan_make(int);
  go(left, a, b);
  go(right, a, b);
  cr_goexit();
}
