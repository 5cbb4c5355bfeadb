// SPDX-License-Identifier: Apache-2.0
// A handler that the program installs itself is the one that runs.
// exit: 7
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <unistd.h>

static void mine(int sig) { _exit(sig == SIGSEGV ? 7 : 8); }
static void bad(int *p) { *p = 1; }

int main(void) {
  signal(SIGSEGV, mine);
  go(bad, (int *)8);
  go_sleep(CR_HOUR);
}
