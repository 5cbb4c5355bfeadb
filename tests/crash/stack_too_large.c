// SPDX-License-Identifier: Apache-2.0
// A stack that no class has.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static void nothing(void) {}

int main(void) {
  go_with(go_opts(.name = "greedy", .stack = (1ul << 30) + 1), nothing);
}
// | fatal error: cr_go_opts.stack of goroutine "greedy" is 1073741825 bytes: a stack has at most 1 GiB
// |
// | goroutine 1 [running]:
// | main(...)
// | 	stack_too_large.c:10
// |
