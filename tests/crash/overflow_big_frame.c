// SPDX-License-Identifier: Apache-2.0
// One frame as large as the stack: it must meet the guard, and not the stack behind it.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static volatile int sink;

__attribute__((noinline)) static void large(void) {
  volatile char frame[200 * 1024];
  for (int i = sizeof frame - 1; i >= 0; i -= 1024) frame[i] = 1;
  sink = frame[5];
}

int main(void) {
  go(large);
  go_sleep(CR_HOUR);
}
// | runtime: goroutine stack exceeds N-byte limit
// | runtime: goroutine 2 has a stack of 256K, guard included; ask for more with cr_go_opts.stack or CRUNSTACK
// | fatal error: stack overflow
// |
// | goroutine 2 [running]:
// | large(...)
// | 	overflow_big_frame.c:11
// | created by main in goroutine 1
// | 	overflow_big_frame.c:16
// |
