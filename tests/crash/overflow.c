// SPDX-License-Identifier: Apache-2.0
// A goroutine runs off its stack: it is named, with both ends of its trace, exit code 2.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static volatile int sink;

// One line, since which of its instructions meets the guard is up to where the stack begins.
static int down(int n) { volatile char frame[1000]; frame[0] = (char)n; return down(n + 1) + frame[0]; }
static void runs_off(void) { sink = down(0); }

int main(void) {
  go(runs_off);
  go_sleep(CR_HOUR);
}
// | runtime: goroutine stack exceeds N-byte limit
// | runtime: goroutine 2 has a stack of 256K, guard included; ask for more with cr_go_opts.stack or CRUNSTACK
// | fatal error: stack overflow
// |
// | goroutine 2 [running]:
// | down(...)
// | 	overflow.c:10
// | ...N frames elided...
// | down(...)
// | 	overflow.c:10
// | runs_off(...)
// | 	overflow.c:11
// | created by main in goroutine 1
// | 	overflow.c:14
// |
