// SPDX-License-Identifier: Apache-2.0
// abort in main, with no other goroutine.
// exit: 134
#include <crun/crun.h>
#include <stdlib.h>

int main(void) {
  cr_set_name("the first");
  abort();
}
// | fatal error: abort
// | [signal SIGABRT: Aborted code=0xN addr=0xN]
// |
// | goroutine 1 "the first" [running]:
// | main(...)
// | 	abort.c:9
// |
