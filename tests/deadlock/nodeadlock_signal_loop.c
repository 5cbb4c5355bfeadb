// SPDX-License-Identifier: Apache-2.0
// A loop on signal_notify, told by a signal of the program's own to go on and to end.
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <unistd.h>

static void loop(chan(int) signals, chan(int) reloads) {
  int n = 0;
  for_chan (int, sig, signals) {
    if (sig == SIGTERM) break;
    chan_send(reloads, ++n);
  }
  chan_close(reloads);
}

int main(void) {
  chan(int) signals = chan_make(int, 4), reloads = chan_make(int);
  int n = 0;
  cr_signal_notify(signals, SIGHUP, SIGTERM);
  go(loop, signals, reloads);
  for (int i = 0; i < 3; i++) {
    kill(getpid(), SIGHUP);
    chan_recv(reloads, &n);
  }
  kill(getpid(), SIGTERM);
  while (chan_recv(reloads, NULL)) {}
  cr_signal_stop(signals);
  return n != 3;
}
