// SPDX-License-Identifier: Apache-2.0
// A thread-local variable is one for each thread, and memory of a dead thread's serves the next.
#define LITMUS_PTHREAD
#include "litmus.h"

_Thread_local long mine[64];
void *tid;

static void *thread(void *arg) {
  pthread_detach(pthread_self());
  long *p = mine;
  void *volatile escape = p;
  for (int i = 0; i < 64; i++) ((long *)escape)[i] = i;
  litmus_set(&tid, (void *)syscall(SYS_gettid));
  next();
  return arg;
}

int main(void) {
  for (int i = 0; i < 20; i++) {
    spawn(thread, NULL);
    turn(i + 1);
    litmus_gone((long)litmus_get(&tid));
    mine[i] = i;
  }
}
