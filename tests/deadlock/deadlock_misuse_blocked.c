// SPDX-License-Identifier: Apache-2.0
// A goroutine waits longer for a mutex than is asked to be told of: with who has it, and where that one took it.
// modes: plain race
// env: CRUNDEBUG=blockwarn=20ms
// exit: 0
// finding: misuse blocked-long: waits, keeps, takes
// stderr: WARNING: BLOCKED LONG: goroutine 2 has waited for more than 20 ms
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOINLINE __attribute__((noinline))

static mutex m;
static waitgroup over;
static volatile int after;  // so that no call is in place of a return

NOINLINE static void waits(void) {
  mutex_lock(&m);
  mutex_unlock(&m);
  wg_done(&over);
}

NOINLINE static void takes(void) { mutex_lock(&m); after++; }

// is_told: the judge's record, json_path='FILE', has something.
static bool is_told(void) {
  char path[4096] = "";
  struct stat s;
  const char *quoted = strchr(getenv("CRUNRACE"), '\'');
  if (quoted) strncpy(path, quoted + 1, strcspn(quoted + 1, "'"));
  return stat(path, &s) == 0 && s.st_size > 0;
}

NOINLINE static void keeps(void) {
  takes();
  go(waits);
  while (!is_told()) go_sleep(CR_MILLISECOND);
  mutex_unlock(&m);
}

int main(void) {
  wg_add(&over, 1);
  keeps();
  wg_wait(&over);
  return 0;
}
