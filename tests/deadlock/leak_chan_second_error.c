// SPDX-License-Identifier: Apache-2.0
// Both halves of a copy can fail, and one error is received.
// exit: 67
// finding: leak unreachable: copy_half
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void copy_half(int from, chan(int) errors) { chan_send(errors, from < 0 ? 5 : 0); }

static int copy_both(int a, int b) {
  chan(int) errors = chan_make(int);
  int err;
  go(copy_half, a, errors);
  go(copy_half, b, errors);
  for (int i = 0; i < 2; i++) {
    chan_recv(errors, &err);
    if (err) return err;
  }
  return 0;
}

int main(void) {
  int err = copy_both(-1, -2);
  quiet();
  return err != 5;
}
