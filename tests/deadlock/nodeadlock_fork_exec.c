// SPDX-License-Identifier: Apache-2.0
// A child is forked and executed by the program's own hand while goroutines wait; it ends and is waited for.
#include <crun/crun.h>
#include <crun/short.h>
#include <sys/wait.h>
#include <unistd.h>

static chan(int) never;

static void waits(void) { chan_recv(never, NULL); }

int main(void) {
  int status = -1;
  never = chan_make(int);
  for (int i = 0; i < 3; i++) go(waits);
  go_yield();
  pid_t pid = fork();
  if (pid == 0) {
    execlp("true", "true", (char *)NULL);
    _exit(127);
  }
  return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}
