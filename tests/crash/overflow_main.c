// SPDX-License-Identifier: Apache-2.0
// main runs off the process's stack.
// exit: 2
#include <crun/crun.h>
#include <sys/resource.h>

static volatile int sink;

// One line, since which of its instructions meets the guard is up to where the stack begins.
static int down(int n) { volatile char frame[4000]; frame[0] = (char)n; return down(n + 1) + frame[0]; }

int main(void) {
  struct rlimit r = {1024 * 1024, 1024 * 1024};
  setrlimit(RLIMIT_STACK, &r);
  cr_yield();
  sink = down(0);
}
// | runtime: goroutine stack exceeds N-byte limit
// | runtime: main runs on the process's stack; ask for more with ulimit -s
// | fatal error: stack overflow
// |
// | goroutine 1 [running]:
// | down(...)
// | 	overflow_main.c:10
// | ...N frames elided...
// | down(...)
// | 	overflow_main.c:10
// | main(...)
// | 	overflow_main.c:16
// |
