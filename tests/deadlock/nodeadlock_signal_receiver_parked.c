// SPDX-License-Identifier: Apache-2.0
// Main waits for its child; a goroutine that waits for a signal that never comes is no reason to complain.
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>

static void on_term(chan(int) signals) { chan_recv(signals, NULL); }

int main(void) {
  static chan(int) signals;
  char *argv[] = {"sleep", "0.02", NULL};
  cr_child child;
  int status = -1;
  signals = chan_make(int, 1);
  cr_signal_notify(signals, SIGTERM);
  go(on_term, signals);
  if (cr_child_start(&child, "sleep", argv, NULL)) return 1;
  return cr_child_wait(child, &status) || status;
}
