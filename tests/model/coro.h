// SPDX-License-Identifier: Apache-2.0
// coro.h: the threads of a model, which are functions with stacks of their own, all on one thread of the machine's.
//
// A switch saves what a call must preserve, and makes no system call (swapcontext makes two).
#ifndef MODEL_CORO_H
#define MODEL_CORO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

struct coro {
  void *sp;
};

// coro_switch goes on with `to`; it returns when somebody goes on with `from`.
void model_coro_switch(void **from, void *to);
__asm__(".weak model_coro_switch\n"
        "model_coro_switch:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, (%rdi)\n"
        "  mov %rsi, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n"
        "  ret\n");

static inline void coro_switch(struct coro *from, struct coro *to) { model_coro_switch(&from->sp, to->sp); }

// coro_make lets the next switch to c call fn, which must not return, on the stack of n bytes at `stack`.
static inline void coro_make(struct coro *c, void *stack, size_t n, void (*fn)(void)) {
  uintptr_t *sp = (uintptr_t *)(((uintptr_t)stack + n) & ~(uintptr_t)15);
  *--sp = 0;  // where fn would return
  *--sp = (uintptr_t)fn;
  for (int i = 0; i < 6; i++) *--sp = 0;
  c->sp = sp;
}

#else

#include <ucontext.h>

struct coro {
  ucontext_t context;
};

static inline void coro_switch(struct coro *from, struct coro *to) { swapcontext(&from->context, &to->context); }

static inline void coro_make(struct coro *c, void *stack, size_t n, void (*fn)(void)) {
  getcontext(&c->context);
  c->context.uc_stack.ss_sp = stack;
  c->context.uc_stack.ss_size = n;
  makecontext(&c->context, fn, 0);
}

#endif
#endif
