// SPDX-License-Identifier: Apache-2.0
// A program's own handler of SIGQUIT is the one that runs, and one that ignores it is not ended by it.
// exit: 7
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void mine(int sig) { _exit(sig == SIGQUIT ? 7 : 8); }

int main(int argc, char **argv) {
  if (!getenv("AGAIN")) {  // as under nohup: ignored before the program began
    setenv("AGAIN", "1", 1);
    signal(SIGQUIT, SIG_IGN);
    execv("/proc/self/exe", argv);
  }
  raise(SIGQUIT);
  signal(SIGQUIT, mine);
  raise(SIGQUIT);
  return argc;
}
