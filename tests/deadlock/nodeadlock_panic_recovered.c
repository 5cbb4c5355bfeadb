// SPDX-License-Identifier: Apache-2.0
// A handler panics under two locks and is recovered: what was deferred gives them back.
#include <crun/crun.h>
#include <crun/short.h>

static mutex outer, inner;
static int recovered;

static void handle(int n) {
  mutex_lock(&outer);
  defer(cr_mutex_unlock, &outer);
  mutex_lock(&inner);
  defer(cr_mutex_unlock, &inner);
  if (n % 2) cr_panic("request %d", n);
}

int main(void) {
  for (int n = 0; n < 10; n++) {
    go_try { handle(n); }
    cr_recover(text) { recovered += text != NULL; }
  }
  return recovered != 5;
}
