// SPDX-License-Identifier: Apache-2.0
// A goroutine with a name, labels and a stack of its own size runs off it: all of that is said.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static volatile int sink;

// One line, since which of its instructions meets the guard is up to where the stack begins.
static int down(int n) { volatile char frame[1000]; frame[0] = (char)n; return down(n + 1) + frame[0]; }
static void runs_off(void) { sink = down(0); }

int main(void) {
  go_with(go_opts(.name = "feed", .stack = 700 * 1024, .labels = {{"job", "42"}, {"tenant", "a b"}}), runs_off);
  go_sleep(CR_HOUR);
}
// | runtime: goroutine stack exceeds N-byte limit
// | runtime: goroutine 2 "feed" has a stack of 1024K, guard included; ask for more with cr_go_opts.stack or CRUNSTACK
// | fatal error: stack overflow
// |
// | goroutine 2 "feed" {job=42, tenant=a b} [running]:
// | down(...)
// | 	overflow_named.c:10
// | ...N frames elided...
// | down(...)
// | 	overflow_named.c:10
// | runs_off(...)
// | 	overflow_named.c:11
// | created by main in goroutine 1
// | 	overflow_named.c:14
// |
