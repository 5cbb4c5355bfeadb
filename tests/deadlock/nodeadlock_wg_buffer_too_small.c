// SPDX-License-Identifier: Apache-2.0
// The error channel has room for an error of every worker.
#include <crun/crun.h>
#include <crun/short.h>

enum { DISKS = 3 };

static void check(int disk, chan(int) errors, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  if (disk != 1) chan_send(errors, disk);
}

int main(void) {
  chan(int) errors = chan_make(int, DISKS);
  waitgroup wg = {0};
  wg_add(&wg, DISKS);
  for (int disk = 0; disk < DISKS; disk++) go(check, disk, errors, &wg);
  wg_wait(&wg);
  return chan_len(errors) != 2;
}
