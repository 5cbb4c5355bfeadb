// SPDX-License-Identifier: Apache-2.0
// alloc.c: alloc.h for the second engine: the memory that LLVM's runtime gives its symbolizer, which it does not check.
#include "alloc.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "self.h"
#include "spin.h"

bool race_threaded = true;

_Noreturn void race_fatal(const char *what) {
  static const char head[] = "fatal error: race detector: ";
  ssize_t n = kernel_write(2, head, sizeof head - 1);
  n = kernel_write(2, what, strlen(what));
  n = kernel_write(2, "\n", 1);
  (void)n;
  syscall(SYS_exit_group, 2);
  __builtin_unreachable();
}

void *race_alloc(size_t n) {
  symbolizer_enter();
  void *p = calloc(1, n);
  symbolizer_leave();
  if (!p) race_fatal("out of memory");
  return p;
}

void race_free(void *p, size_t n) {
  (void)n;
  symbolizer_enter();
  free(p);
  symbolizer_leave();
}

void spin_lock_slow(uint32_t *word) {
  while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE)) sched_yield();
}
