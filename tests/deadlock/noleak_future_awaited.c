// SPDX-License-Identifier: Apache-2.0
// The computation is sent what it waits for.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct input {
  chan(int) numbers;
};

static void *compute(struct input *in) {
  int v = 0;
  chan_recv(in->numbers, &v);
  return in;
}

static void show(future *f) {
  free(await(f));
  future_free(f);
}

static void start(void) {
  struct input *in = malloc(sizeof *in);
  in->numbers = chan_make(int, 1);
  go(show, async(compute, in));
  chan_send(in->numbers, 4);
}

int main(void) {
  start();
  quiet();
  return 0;
}
