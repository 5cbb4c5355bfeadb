// SPDX-License-Identifier: Apache-2.0
// Everybody waits for child processes, which end.
#include <crun/crun.h>
#include <crun/short.h>

static void runs(waitgroup *wg, _Atomic int *failed) {
  char *argv[] = {"sleep", "0.01", NULL};
  cr_child c;
  int status = -1;
  if (cr_child_start(&c, "sleep", argv, NULL) || cr_child_wait(c, &status) || status) ++*failed;
  wg_done(wg);
}

int main(void) {
  _Atomic int failed = 0;
  waitgroup wg = {0};
  wg_add(&wg, 3);
  for (int i = 0; i < 3; i++) go(runs, &wg, &failed);
  wg_wait(&wg);
  return failed;
}
