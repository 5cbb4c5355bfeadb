// SPDX-License-Identifier: Apache-2.0
// layout.c: a program that does not lie right for the shadow begins once more.
#include "layout.h"

#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alloc.h"
#include "shadow.h"

#define TIB (1ull << 40)

enum { LIMIT_MB = 256 };  // also the size of a thread's stack, so no more than this

extern void *__libc_stack_end;

bool layout_fits(uintptr_t program, uintptr_t mapping) {
  bool low = program < SHADOW_BASE;
  bool high = program >= 80 * TIB && program < 88 * TIB;
  return (low || high) && mapping >= 124 * TIB;
}

// begin_again returns if the program cannot be executed.
static void begin_again(void) {
  char self[4096];
  char **argv = (char **)__libc_stack_end + 1;  // as the kernel laid them out, behind argc
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0) return;
  self[n] = 0;
  execve(self, argv, argv + *(long *)__libc_stack_end + 1);
}

void layout_lift_limit(void) {
  struct rlimit as;
  if (getrlimit(RLIMIT_AS, &as) != 0 || as.rlim_cur == RLIM_INFINITY) return;
  as.rlim_cur = as.rlim_max;
  setrlimit(RLIMIT_AS, &as);
}

void layout_limit_stack(void) {
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur != RLIM_INFINITY) return;
  stack.rlim_cur = (rlim_t)LIMIT_MB << 20;
  if (setrlimit(RLIMIT_STACK, &stack) == 0) begin_again();
}

void layout_require(void) {
  void *next = mmap(NULL, SHADOW_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (next == MAP_FAILED) return;  // what is mapped next says it
  munmap(next, SHADOW_PAGE);
  if (layout_fits((uintptr_t)layout_require, (uintptr_t)next)) return;
  int now = personality(0xffffffff);  // asks
  if (now != -1 && !(now & ADDR_NO_RANDOMIZE) && personality((unsigned long)now | ADDR_NO_RANDOMIZE) != -1) begin_again();
  race_fatal("the program's addresses are too far apart for the shadow, and it may not be started again at fixed ones "
             "(sysctl -w vm.mmap_rnd_bits=28 brings them together)");
}
