// SPDX-License-Identifier: Apache-2.0
// The unlock is deferred, so that the error path has it too.
#include <crun/crun.h>
#include <crun/short.h>

struct config {
  mutex mu;
  int level;  // under mu
};

static int config_set(struct config *c, int level) {
  mutex_lock(&c->mu);
  defer(cr_mutex_unlock, &c->mu);
  if (level < 0 || level > 9) return -1;
  c->level = level;
  return 0;
}

int main(void) {
  struct config c = {0};
  if (config_set(&c, 3)) return 1;
  if (!config_set(&c, 12)) return 1;
  return config_set(&c, 4) || c.level != 4;
}
