// SPDX-License-Identifier: Apache-2.0
// Two peers exchange a header and a body over two channels, and each sends first what the other receives last.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: sender(...)
// stderr: receiver(...)
#include <crun/crun.h>
#include <crun/short.h>

struct message {
  chan(int) header;
  chan(int) body;
};

static void sender(struct message *m, chan(int) done) {
  chan_send(m->body, 40);
  chan_send(m->header, 2);
  chan_send(done, 1);
}

static int receiver(struct message *m) {
  int header, body;
  chan_recv(m->header, &header);
  chan_recv(m->body, &body);
  return header + body;
}

int main(void) {
  struct message m = {chan_make(int), chan_make(int)};
  chan(int) done = chan_make(int, 1);
  go(sender, &m, done);
  if (receiver(&m) != 42) return 1;
  chan_recv(done, NULL);
  return 0;
}
