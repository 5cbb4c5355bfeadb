// SPDX-License-Identifier: Apache-2.0
// An illegal instruction in a goroutine.
// exit: 132
#include <crun/crun.h>
#include <crun/short.h>

static void bad(void) { __asm__ volatile("ud2"); }

int main(void) {
  go(bad);
  go_sleep(CR_HOUR);
}
// | fatal error: unexpected signal
// | [signal SIGILL: Illegal instruction code=0xN addr=0xN]
// |
// | goroutine 2 [running]:
// | bad(...)
// | 	ill.c:7
// | created by main in goroutine 1
// | 	ill.c:10
// |
// | goroutine 1 [sleep]:
// | cr_sleep(...)
// | main(...)
// | 	ill.c:11
// |
