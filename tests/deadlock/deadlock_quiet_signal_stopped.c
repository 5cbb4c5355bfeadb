// SPDX-License-Identifier: Apache-2.0
// Signals were asked for and then no more: nothing outside can wake anybody.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <unistd.h>

static void on_signal(chan(int) signals, chan(int) out) {
  int sig;
  chan_recv(signals, &sig);
  chan_send(out, sig);
}

int main(void) {
  chan(int) signals = chan_make(int, 1), out = chan_make(int);
  int sig;
  cr_signal_notify(signals, SIGUSR1);
  go(on_signal, signals, out);
  cr_signal_stop(signals);
  chan_recv(out, &sig);
  return sig != SIGUSR1;
}
