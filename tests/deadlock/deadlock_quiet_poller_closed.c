// SPDX-License-Identifier: Apache-2.0
// The reader in the poller ends with the connection, and after it everybody waits.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static void reads(cr_conn in, chan(int) out) {
  char b;
  int n = (int)cr_net_read(in, &b, 1);
  if (n > 0) chan_send(out, n);
}

int main(void) {
  cr_conn ends[2];
  chan(int) out = chan_make(int);
  if (cr_net_pipe(ends)) return 1;
  go(reads, ends[0], out);
  go_yield();
  cr_net_close(ends[1]);
  chan_recv(out, NULL);
  cr_net_close(ends[0]);
  return 0;
}
