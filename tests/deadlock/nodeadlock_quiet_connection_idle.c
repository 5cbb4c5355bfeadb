// SPDX-License-Identifier: Apache-2.0
// A connection is open, and the goroutine that reads it tells.
#include <crun/crun.h>
#include <crun/short.h>

static void reads(cr_conn in, chan(int) out) {
  char b;
  cr_net_read(in, &b, 1);
  chan_send(out, b);
}

int main(void) {
  cr_conn ends[2];
  chan(int) out = chan_make(int);
  if (cr_net_pipe(ends)) return 1;
  cr_net_write(ends[1], "xy", 2);
  go(reads, ends[0], out);
  chan_recv(out, NULL);
  return 0;
}
