// SPDX-License-Identifier: Apache-2.0
// Everybody waits, one of them for a signal, which a child process sends.
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void on_signal(chan(int) signals, chan(int) out) {
  int sig;
  chan_recv(signals, &sig);
  chan_send(out, sig);
}

int main(void) {
  chan(int) signals = chan_make(int, 1), out = chan_make(int);
  char script[64];
  int sig;
  cr_signal_notify(signals, SIGUSR1);
  go(on_signal, signals, out);
  snprintf(script, sizeof script, "sleep 0.05; kill -USR1 %d", (int)getpid());
  char *argv[] = {"sh", "-c", script, NULL};
  cr_child child;
  if (cr_child_start(&child, "sh", argv, NULL)) return 1;
  chan_recv(out, &sig);
  return sig != SIGUSR1;
}
