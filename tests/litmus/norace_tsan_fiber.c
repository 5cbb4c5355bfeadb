// SPDX-License-Identifier: Apache-2.0
// Fibers by ThreadSanitizer's interface: what creates one is before it, and a switch orders the two sides.
#define LITMUS_PTHREAD
#include "litmus.h"

#include <ucontext.h>

extern void *__tsan_get_current_fiber(void), *__tsan_create_fiber(unsigned flags);
extern void __tsan_destroy_fiber(void *fiber), __tsan_switch_to_fiber(void *fiber, unsigned flags);
extern void __tsan_set_fiber_name(void *fiber, const char *name);

static ucontext_t main_context, context;
static void *main_fiber, *fiber;
static char stack[256 << 10];
long x;

static void run(void) {
  for (;;) {
    x++;
    __tsan_switch_to_fiber(main_fiber, 0);
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
  for (int i = 0; i < 5; i++) {
    x++;
    __tsan_switch_to_fiber(fiber, 0);
    swapcontext(&main_context, &context);
  }
  __tsan_destroy_fiber(fiber);
  if (x != 11) return 3;
}
