// SPDX-License-Identifier: Apache-2.0
// The same when the thread ends by pthread_exit from within a call.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

NOINLINE static void leave(void *arg) {
  x++;
  pthread_exit(arg);
}

static void *thread(void *arg) {
  leave(arg);
  return NULL;
}

int main(void) {
  pthread_t t = spawn(thread, &x);
  void *result;
  pthread_join(t, &result);
  if (result != &x || x++ != 1) return 3;
}
