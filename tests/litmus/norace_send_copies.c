// SPDX-License-Identifier: Apache-2.0
// A send copies its value: the sender may change the variable as soon as it is back.
#include "litmus.h"

struct item {
  long a, b, c;
} x;

static void receiver(chan(struct item) c, waitgroup *wg) {
  for_chan (struct item, it, c) use(it.a + it.c);
  wg_done(wg);
}

int main(void) {
  chan(struct item) c = chan_make(struct item, 2);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(receiver, c, &wg);
  for (int i = 0; i < 20; i++) {
    x.a = x.c = i;
    chan_send(c, x);
  }
  chan_close(c);
  wg_wait(&wg);
}
