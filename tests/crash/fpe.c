// SPDX-License-Identifier: Apache-2.0
// A division by zero in main.
// exit: 136
#include <crun/crun.h>

static volatile int zero;

int main(void) {
  cr_yield();
  return 100 / zero;
}
// | fatal error: unexpected signal
// | [signal SIGFPE: Floating point exception code=0xN addr=0xN]
// |
// | goroutine 1 [running]:
// | main(...)
// | 	fpe.c:10
// |
