// SPDX-License-Identifier: Apache-2.0
// The C library gives a dead thread's stack to the next thread: accesses to its old frames are forgotten.
#define LITMUS_PTHREAD
#include "litmus.h"

void *tid;

static void fill(long *p) {
  for (int i = 0; i < 500; i++) p[i] = i;
}

static void *thread(void *arg) {
  long frame[500];
  void (*volatile f)(long *) = fill;
  pthread_detach(pthread_self());
  f(frame);
  litmus_set(&tid, (void *)syscall(SYS_gettid));
  next();
  return arg;
}

int main(void) {
  for (int i = 0; i < 20; i++) {
    spawn(thread, NULL);
    turn(i + 1);
    litmus_gone((long)litmus_get(&tid));
  }
}
