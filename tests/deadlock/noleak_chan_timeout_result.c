// SPDX-License-Identifier: Apache-2.0
// The result's channel has room for one: the late result is dropped with it.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void run_query(int q, chan(char) backend, chan(int) result) {
  chan_recv(backend, NULL);  // slow
  chan_send(result, q * 2);
}

static int query(int q, chan(char) backend) {
  chan(int) result = chan_make(int, 1);
  int v;
  go(run_query, q, backend, result);
  return chan_recv_timeout(result, &v, CR_MILLISECOND) ? v : -1;
}

int main(void) {
  chan(char) backend = chan_make(char);
  int v = query(21, backend);
  chan_close(backend);
  quiet();
  return v != -1;
}
