// SPDX-License-Identifier: Apache-2.0
// The initialiser of a logger logs, and logging initialises the logger: once_do calls itself.
// exit: 2
// finding: deadlock once-reentry: logger_init, logf_level
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static once ready;
static int level;

static void logf_level(int n);

static void logger_init(void) {
  logf_level(1);
}

static void logf_level(int n) {
  once_do(&ready, logger_init);
  if (n > level) level = n;
}

int main(void) {
  logf_level(2);
  return level != 2;
}
