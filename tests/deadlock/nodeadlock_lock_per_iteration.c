// SPDX-License-Identifier: Apache-2.0
// The same lock is taken and deferred to be unlocked in each turn of a loop, a scope of its own.
#include <crun/crun.h>
#include <crun/short.h>

static mutex mu;
static int n;

int main(void) {
  for (int i = 0; i < 10; i++) {
    mutex_lock(&mu);
    defer(cr_mutex_unlock, &mu);
    if (i % 3 == 0) continue;
    n++;
  }
  return n != 6;
}
