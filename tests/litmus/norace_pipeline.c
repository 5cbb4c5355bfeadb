// SPDX-License-Identifier: Apache-2.0
// An object handed from stage to stage belongs to one goroutine at a time.
#include "litmus.h"

struct item {
  long value, hops;
};

static void stage(chan(struct item *) in, chan(struct item *) out) {
  for_chan (struct item *, it, in) {
    it->value += it->hops++;
    chan_send(out, it);
  }
  chan_close(out);
}

int main(void) {
  chan(struct item *) c[4];
  for (int i = 0; i < 4; i++) c[i] = chan_make(struct item *, i % 3);
  for (int i = 0; i < 3; i++) go(stage, c[i], c[i + 1]);
  for (int i = 0; i < 20; i++) {
    struct item *it = calloc(1, sizeof *it), *back;
    chan_send(c[0], it);
    if (!chan_recv(c[3], &back) || back->hops != 3) return 3;
    free(back);
  }
  chan_close(c[0]);
}
