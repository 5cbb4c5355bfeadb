// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own forks: its child has goroutines, and is told when they deadlock.
// exit: 0
// env: CRUNTRACEBACK=none
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void answers(chan(int) c) { chan_send(c, 1); }
static void waits(chan(int) c) { chan_recv(c, NULL); }

static void child(void) {
  chan(int) c = chan_make(int), never = chan_make(int);
  int v;
  alarm(60);
  go(answers, c);
  chan_recv(c, &v);
  go(waits, never);
  chan_recv(never, &v);
}

static void *forks(void *arg) {
  int status = -1;
  pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(1);
  }
  waitpid(pid, &status, 0);
  printf("the child ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 1000);
  return arg;
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, forks, NULL);
  pthread_join(t, NULL);
}
// | fatal error: all goroutines are asleep - deadlock!
// |
// > the child ended with 2
