// SPDX-License-Identifier: Apache-2.0
// A future whose computation returns on an error without completing it: the caller waits for a value nobody sends.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: promise_get(...)
#include <crun/crun.h>
#include <crun/short.h>

struct promise {
  chan(int) value;
};

static void divide(struct promise *p, int a, int b) {
  if (b == 0) return;
  chan_send(p->value, a / b);
}

static int promise_get(struct promise *p) {
  int v = -1;
  chan_recv(p->value, &v);
  return v;
}

int main(void) {
  struct promise p = {chan_make(int)}, q = {chan_make(int)};
  go(divide, &p, 6, 3);
  go(divide, &q, 1, 0);
  if (promise_get(&p) != 2) return 1;
  return promise_get(&q) != 0;
}
