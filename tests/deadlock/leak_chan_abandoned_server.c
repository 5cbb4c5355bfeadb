// SPDX-License-Identifier: Apache-2.0
// A client gives up, and the server sends the answer on the client's unbuffered channel: the server is gone for all.
// exit: 67
// finding: leak unreachable: serve
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

struct request {
  int q;
  chan(int) reply;
};

static void serve(chan(struct request) requests, chan(char) slow) {
  for_chan (struct request, r, requests) {
    chan_recv(slow, NULL);
    chan_send(r.reply, r.q + 1);
  }
}

static int ask(chan(struct request) requests, int q) {
  struct request r = {q, chan_make(int)};
  int v;
  chan_send(requests, r);
  return chan_recv_timeout(r.reply, &v, CR_MILLISECOND) ? v : -1;
}

int main(void) {
  chan(struct request) requests = chan_make(struct request);
  chan(char) slow = chan_make(char);
  go(serve, requests, slow);
  int v = ask(requests, 1);
  chan_close(slow);
  chan_close(requests);
  quiet();
  return v != -1;
}
