// SPDX-License-Identifier: Apache-2.0
// Everybody is in the poller, and read deadlines end the waits.
#include <crun/crun.h>
#include <crun/short.h>
#include <errno.h>

static void reader(cr_conn c, chan(int) out) {
  char b;
  cr_net_set_read_deadline(c, cr_nanotime() + 2 * CR_MILLISECOND);
  chan_send(out, (int)cr_net_read(c, &b, 1));
}

int main(void) {
  chan(int) out = chan_make(int);
  cr_conn ends[4][2];
  int timed_out = 0, v;
  for (int i = 0; i < 4; i++) {
    if (cr_net_pipe(ends[i])) return 1;
    go(reader, ends[i][0], out);
  }
  for (int i = 0; i < 4; i++) {
    chan_recv(out, &v);
    timed_out += v == -ETIMEDOUT;
  }
  return timed_out != 4;
}
