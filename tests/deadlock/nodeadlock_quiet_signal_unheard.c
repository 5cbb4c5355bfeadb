// SPDX-License-Identifier: Apache-2.0
// A signal is put into a channel's buffer and taken out later.
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <unistd.h>

int main(void) {
  chan(int) signals = chan_make(int, 1), never = chan_make(int);
  int sig = 0;
  cr_signal_notify(signals, SIGUSR1);
  kill(getpid(), SIGUSR1);
  chan_recv(signals, &sig);
  chan_try_recv(never, NULL);
  return sig != SIGUSR1;
}
