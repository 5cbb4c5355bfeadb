// SPDX-License-Identifier: Apache-2.0
// The initialiser of a logger sets the level directly.
#include <crun/crun.h>
#include <crun/short.h>

static once ready;
static int level;

static void logf_level(int n);

static void logger_init(void) {
  level = 1;
}

static void logf_level(int n) {
  once_do(&ready, logger_init);
  if (n > level) level = n;
}

int main(void) {
  logf_level(2);
  return level != 2;
}
