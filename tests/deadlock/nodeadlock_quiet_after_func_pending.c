// SPDX-License-Identifier: Apache-2.0
// Everybody waits, and a function is to run a while later: it may do anything.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static chan(int) never;

static void fire(void *arg) { exit(arg != NULL); }

int main(void) {
  never = chan_make(int);
  go_after_func(30 * CR_MILLISECOND, fire, NULL);
  chan_recv(never, NULL);
  return 1;
}
