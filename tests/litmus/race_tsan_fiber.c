// SPDX-License-Identifier: Apache-2.0
// Fibers that are switched without order are as unordered as threads.
// RACE: write A, write B
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <ucontext.h>

extern void *__tsan_get_current_fiber(void), *__tsan_create_fiber(unsigned flags);
extern void __tsan_destroy_fiber(void *fiber), __tsan_switch_to_fiber(void *fiber, unsigned flags);
extern void __tsan_set_fiber_name(void *fiber, const char *name);

enum { NO_SYNC = 1 };
static ucontext_t main_context, context;
static void *main_fiber, *fiber;
static char stack[256 << 10];
long x;

static void run(void) {
  for (;;) {
    x = 2;  // @A
    __tsan_switch_to_fiber(main_fiber, NO_SYNC);
    swapcontext(&context, &main_context);
  }
}

int main(void) {
  main_fiber = __tsan_get_current_fiber();
  x = 1;
  fiber = __tsan_create_fiber(0);
  __tsan_set_fiber_name(fiber, "runner");
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = sizeof stack;
  makecontext(&context, run, 0);
  __tsan_switch_to_fiber(fiber, NO_SYNC);
  swapcontext(&main_context, &context);
  x = 3;  // @B
  __tsan_destroy_fiber(fiber);
}
