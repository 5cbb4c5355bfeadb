// SPDX-License-Identifier: Apache-2.0
// malloc finds its heap broken and aborts with its lock held: the traces come nevertheless.
// exit: 134
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

static void frees_twice(void) {
  void *volatile p = malloc(2000), *volatile fence = malloc(2000);
  free(p);
  free(p);
  free(fence);
}

int main(void) {
  go(frees_twice);
  go_sleep(CR_HOUR);
}
// ~ ^fatal error: abort$
// ~ ^goroutine 2 \[running\]:$
// ~ crash_corrupt_heap\(\+0xN\)$|^frees_twice\(\.\.\.\)$
// ~ ^goroutine 1 \[sleep\]:$
