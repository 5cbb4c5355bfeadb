// SPDX-License-Identifier: Apache-2.0
// The error channel has room for one error, two workers fail, and main waits for all before it looks.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: check(...)
// stderr: [sync.WaitGroup.Wait]
#include <crun/crun.h>
#include <crun/short.h>

enum { DISKS = 3 };

static void check(int disk, chan(int) errors, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  if (disk != 1) chan_send(errors, disk);
}

int main(void) {
  chan(int) errors = chan_make(int, 1);
  waitgroup wg = {0};
  wg_add(&wg, DISKS);
  for (int disk = 0; disk < DISKS; disk++) go(check, disk, errors, &wg);
  wg_wait(&wg);
  return chan_len(errors) != 2;
}
