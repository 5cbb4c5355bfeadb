// SPDX-License-Identifier: Apache-2.0
// A signal would be put into a channel's buffer, and nobody is there to take it out.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <unistd.h>

int main(void) {
  chan(int) signals = chan_make(int, 1), never = chan_make(int);
  int sig = 0;
  cr_signal_notify(signals, SIGUSR1);
  chan_recv(never, &sig);
  return sig;
}
