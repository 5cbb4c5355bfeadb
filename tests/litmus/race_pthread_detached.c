// SPDX-License-Identifier: Apache-2.0
// The end of a detached thread orders nothing, even when it has left the process.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
void *tid;

static void *thread(void *arg) {
  pthread_detach(pthread_self());
  x = 1;  // @A
  litmus_set(&tid, (void *)syscall(SYS_gettid));
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  turn(1);
  litmus_gone((long)litmus_get(&tid));
  x = 2;  // @B
}
