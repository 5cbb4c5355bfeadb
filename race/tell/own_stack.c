// SPDX-License-Identifier: Apache-2.0
// own_stack.c: the stack that reports are made on, mapped with the first one and kept.
#include "own_stack.h"

#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { SIZE = 1 << 20, GUARD = 64 << 10 };

static char *stack;
static void (*job)(void *);
static void *job_arg;

static void run(void) { job(job_arg); }

static char *map(void) {
  char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  mprotect(p, GUARD, PROT_NONE);
  return p;
}

void on_own_stack(void (*fn)(void *arg), void *arg) {
  ucontext_t here, there;
  if (!stack) stack = map();
  if (!stack || getcontext(&there) != 0) {
    fn(arg);
    return;
  }
  there.uc_stack.ss_sp = stack + GUARD;
  there.uc_stack.ss_size = SIZE - GUARD;
  there.uc_link = &here;
  job = fn;
  job_arg = arg;
  makecontext(&there, run, 0);
  swapcontext(&here, &there);
}
