// SPDX-License-Identifier: Apache-2.0
// A panic in a goroutine: its trace, then those of all others, exit code 2.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static void fails(int n, waitgroup *wg) {
  if (n > 3) cr_panic("n is %d", n);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(fails, 4, &wg);
  wg_wait(&wg);
}
// | panic: n is 4
// |
// | goroutine 2 [running]:
// | cr_panic(...)
// | fails(...)
// | 	panic.c:8
// | created by main in goroutine 1
// | 	panic.c:15
// |
// | goroutine 1 [sync.WaitGroup.Wait]:
// | cr_waitgroup_wait(...)
// | main(...)
// | 	panic.c:16
// |
