// SPDX-License-Identifier: Apache-2.0
// plain.c: libc's own functions, for crun's objects: what the runtime copies on somebody's behalf is not its access.
//
// LLVM's runtime has these names in the program. The archives of this engine call crun_plain_<name> instead
// (plain.names, CMakeLists.txt): the functions behind them, without a check.
#include "plain.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define PLAIN(result, name, parameters, arguments)                                    \
  static result(*real_##name) parameters;                                             \
  __attribute__((visibility("default"))) result crun_plain_##name parameters { return real_##name arguments; }
#include "plain.inc"
#undef PLAIN

__attribute__((visibility("default"))) int crun_plain_snprintf(char *to, size_t n, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int r = real_vsnprintf(to, n, format, ap);
  va_end(ap);
  return r;
}

// The shadow stack goes back with the jump: LLVM's runtime has longjmp, but not _longjmp.
__attribute__((visibility("default"))) void crun_plain__longjmp(jmp_buf where, int result) { longjmp(where, result); }

// At its _exit LLVM's runtime ends the process with an error if the thread ignores, as the scheduler's do.
__attribute__((visibility("default"))) _Noreturn void crun_plain__exit(int code) {
  for (;;) syscall(SYS_exit_group, code);
}

void plain_init(void) {
#define PLAIN(result, name, parameters, arguments) real_##name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
#include "plain.inc"
#undef PLAIN
}
