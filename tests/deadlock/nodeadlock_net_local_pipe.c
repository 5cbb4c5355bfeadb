// SPDX-License-Identifier: Apache-2.0
// A goroutine reads from a pipe and then sends on a channel that only it and its waiter know: the poller may wake it.
#include <crun/crun.h>
#include <crun/short.h>

static _Atomic int got;

static void reader(cr_conn in, chan(int) out) {
  char b;
  cr_net_read(in, &b, 1);
  chan_send(out, b);
}

static void waiter(chan(int) in) {
  int v;
  chan_recv(in, &v);
  got = v;
}

static void start(cr_conn in) {
  chan(int) c = chan_make(int);
  go(reader, in, c);
  go(waiter, c);
}

int main(void) {
  cr_conn ends[2];
  if (cr_net_pipe(ends)) return 1;
  start(ends[0]);
  for (int i = 0; i < 100; i++) go_yield();
  cr_net_write(ends[1], "x", 1);
  while (!got) go_yield();
  return got != 'x';
}
