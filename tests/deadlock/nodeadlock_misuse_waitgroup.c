// SPDX-License-Identifier: Apache-2.0
// Rounds of a waitgroup: the next one's add comes after the last one's waits have returned, and before its own.
#include <crun/crun.h>
#include <crun/short.h>

static waitgroup wg, returned;

static void works(void) { wg_done(&wg); }

static void waits(void) {
  wg_wait(&wg);
  wg_done(&returned);
}

int main(void) {
  for (int i = 0; i < 100; i++) {
    wg_add(&wg, 2);
    wg_add(&returned, 2);
    for (int n = 0; n < 2; n++) {
      go(works);
      go(waits);
    }
    wg_wait(&returned);
  }
  return 0;
}
