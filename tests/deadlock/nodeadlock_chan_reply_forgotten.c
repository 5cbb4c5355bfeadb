// SPDX-License-Identifier: Apache-2.0
// A key-value server answers every request, an unknown one with an error.
#include <crun/crun.h>
#include <crun/short.h>

struct request {
  char op;
  int value;
  chan(int) reply;
};

static void server(chan(struct request) requests) {
  int stored = 0;
  for_chan (struct request, r, requests) {
    switch (r.op) {
      case 'p': stored = r.value; chan_send(r.reply, 0); break;
      case 'g': chan_send(r.reply, stored); break;
      default: chan_send(r.reply, -1); break;
    }
  }
}

static int call(chan(struct request) server, char op, int value) {
  struct request r = {op, value, chan_make(int)};
  int answer;
  chan_send(server, r);
  chan_recv(r.reply, &answer);
  chan_free(r.reply);
  return answer;
}

int main(void) {
  chan(struct request) requests = chan_make(struct request);
  go(server, requests);
  call(requests, 'p', 7);
  if (call(requests, 'g', 0) != 7) return 1;
  int answer = call(requests, 'd', 0);
  chan_close(requests);
  return answer != -1;
}
