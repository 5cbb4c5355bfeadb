// SPDX-License-Identifier: Apache-2.0
// An error path returns without the unlock; the next call of the same goroutine waits for it.
// exit: 2
// finding: deadlock self-deadlock: config_set
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct config {
  mutex mu;
  int level;  // under mu
};

static int config_set(struct config *c, int level) {
  mutex_lock(&c->mu);
  if (level < 0 || level > 9) return -1;
  c->level = level;
  mutex_unlock(&c->mu);
  return 0;
}

int main(void) {
  struct config c = {0};
  if (config_set(&c, 3)) return 1;
  if (!config_set(&c, 12)) return 1;
  return config_set(&c, 4) || c.level != 4;
}
