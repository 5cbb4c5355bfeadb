// SPDX-License-Identifier: Apache-2.0
// Two ways to the same unlock, as deep in their stacks, compiled without frame pointers: who called is told as uncertain.
// modes: plain
// flags: -fomit-frame-pointer
// exit: 2
// finding: misuse unlock-of-unlocked: unlocks, unlocks_again
// stderr:   [called, or from elsewhere at the same depth, by]
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))

static mutex m;
static volatile int after;  // so that no call is in place of a return

NOINLINE static void unlocks(void) { mutex_unlock(&m); after++; }
NOINLINE static void one_way(void) { unlocks(); after++; }
NOINLINE static void other_way(void) { unlocks(); after++; }
NOINLINE static void unlocks_again(void) { mutex_unlock(&m); after++; }

int main(void) {
  mutex_lock(&m);
  one_way();
  mutex_lock(&m);
  other_way();
  unlocks_again();
  return 0;
}
