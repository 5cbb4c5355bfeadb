// SPDX-License-Identifier: Apache-2.0
// No address space for another stack.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <sys/resource.h>

static void nothing(void) {}

int main(void) {
  struct rlimit r = {256 * 1024 * 1024, 256 * 1024 * 1024};
  setrlimit(RLIMIT_AS, &r);
  go(nothing);
}
// | fatal error: cannot make a stack for another goroutine: Cannot allocate memory (1 live; see vm.max_map_count and ulimit -v)
// |
// | goroutine 1 [running]:
// | main(...)
// | 	no_memory.c:13
// |
