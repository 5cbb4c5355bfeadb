// SPDX-License-Identifier: Apache-2.0
// Two ways to the same unlock, compiled without frame pointers, of a mutex that is locked each time.
// flags: -fomit-frame-pointer
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))

static mutex m;
static volatile int after;

NOINLINE static void unlocks(void) { mutex_unlock(&m); after++; }
NOINLINE static void one_way(void) { unlocks(); after++; }
NOINLINE static void other_way(void) { unlocks(); after++; }

int main(void) {
  mutex_lock(&m);
  one_way();
  mutex_lock(&m);
  other_way();
  return 0;
}
