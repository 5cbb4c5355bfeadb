// SPDX-License-Identifier: Apache-2.0
// init.c: the beginning of the second engine (after LLVM's runtime, before any constructor), its options, the end.
#include <time.h>

#include "kernel.h"
#include "options.h"
#include "plain.h"
#include "race.h"
#include "self.h"
#include "tell.h"

// What LLVM's runtime has of its own: reports, exit codes, signal stacks and the handlers of faults are crun's, and
// the symbols are libdw's. What it cannot go on with ends the process with 68. TSAN_OPTIONS comes after these and wins.
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
  return "symbolize=0:exitcode=68:atexit_sleep_ms=0:report_thread_leaks=0:report_signal_unsafe=0:detect_deadlocks=0:"
         "report_mutex_bugs=0:report_destroy_locked=0:die_after_fork=0:use_sigaltstack=0:"
         "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:handle_sigtrap=0:allocator_may_return_null=1";
}

static void at_end(void) {
  static _Atomic bool slept;
  if (race_options.atexit_sleep_ms <= 0 || __atomic_exchange_n(&slept, true, __ATOMIC_RELAXED)) return;
  struct timespec t = {race_options.atexit_sleep_ms / 1000, race_options.atexit_sleep_ms % 1000 * 1000000};
  kernel_sleep(&t);
}

int race_exit_code(int code) { return report_exit_code(code); }

static void init_first(int argc, char **argv, char **envp) {
  static const struct tell_detector detector = {.hide = symbolizer_enter, .unhide = symbolizer_leave, .at_end = at_end,
                                                .libdw_begin = symbolizer_enter, .libdw_end = symbolizer_leave};
  (void)argc, (void)argv;
  if (!environ) environ = envp;  // libc's own constructor, which sets it, has not run yet
  plain_init();
  self_init();
  tell_init(&detector);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = init_first;
