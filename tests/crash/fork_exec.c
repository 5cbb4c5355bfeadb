// SPDX-License-Identifier: Apache-2.0
// A goroutine forks while others run; the child may use goroutines of its own, or become another program.
// exit: 0
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void spins(_Atomic int *stop) {
  while (!*stop) go_yield();
}
static void done(waitgroup *wg) { wg_done(wg); }

static int child(void) {
  waitgroup wg = {0};
  wg_add(&wg, 10);
  for (int i = 0; i < 10; i++) go(done, &wg);
  wg_wait(&wg);
  return 5;
}

static int code_of(pid_t pid) {
  int status = -1;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void) {
  _Atomic int stop = 0;
  for (int i = 0; i < 4; i++) go(spins, &stop);
  pid_t uses = fork();
  if (uses == 0) _exit(child());
  pid_t execs = fork();
  if (execs == 0) {
    execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
    _exit(127);
  }
  int a = code_of(uses), b = code_of(execs);
  stop = 1;
  printf("%d %d\n", a, b);
}
// > 5 6
