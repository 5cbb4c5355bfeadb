// SPDX-License-Identifier: Apache-2.0
// No address space for another stack: the limit is named. There is some for smaller ones.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <sys/resource.h>

static void nothing(waitgroup *wg) { wg_done(wg); }

int main(void) {
  struct rlimit r = {256 * 1024 * 1024, 256 * 1024 * 1024};
  setrlimit(RLIMIT_AS, &r);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(nothing, &wg);
  wg_wait(&wg);
  printf("one ran\n");
  fflush(stdout);
  go_with(go_opts(.stack = 512 << 20), nothing, &wg);
}
// > one ran
// | fatal error: cannot make a stack of 524288K for another goroutine: address space is limited to 262144 KB (ulimit -v); 1 live
// |
// | goroutine 1 [running]:
// | main(...)
// | 	no_memory.c:20
// |
