// SPDX-License-Identifier: Apache-2.0
// A pending timer's argument is the only way to a waiting goroutine's channel.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct reminder {
  chan(int) c;
};

static void ring(void *arg) {
  struct reminder *r = arg;
  chan_send(r->c, 1);
}

static void waits(chan(int) c) { chan_recv(c, NULL); }

static void start(void) {
  struct reminder *r = malloc(sizeof *r);
  r->c = chan_make(int);
  go_after_func(CR_HOUR, ring, r);
  go(waits, r->c);
}

int main(void) {
  start();
  quiet();
  return 0;
}
