// SPDX-License-Identifier: Apache-2.0
// Everybody waits, main for a signal, which a timer of the kernel's raises.
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <sys/time.h>

int main(void) {
  struct itimerval t = {.it_value.tv_usec = 20000};
  chan(int) alarms = chan_make(int, 1);
  int sig;
  cr_signal_notify(alarms, SIGALRM);
  setitimer(ITIMER_REAL, &t, NULL);
  chan_recv(alarms, &sig);
  cr_signal_stop(alarms);
  return sig != SIGALRM;
}
