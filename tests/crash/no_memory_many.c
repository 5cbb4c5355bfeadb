// SPDX-License-Identifier: Apache-2.0
// Goroutines take what address space there is, in ever smaller pieces, to the last stack; then the limit is named.
// exit: 2
// env: CRUNTRACEBACK=none
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <sys/resource.h>

static void parked(chan(int) c) { chan_recv(c, NULL); }

int main(void) {
  struct rlimit r = {512 * 1024 * 1024, 512 * 1024 * 1024};
  setrlimit(RLIMIT_AS, &r);
  chan(int) c = chan_make(int);
  for (;;) go(parked, c);
}
// ~ ^fatal error: cannot make a stack of 256K for another goroutine: address space is limited to 524288 KB \(ulimit -v\); (1[5-9]|20)[0-9][0-9] live$
