// SPDX-License-Identifier: Apache-2.0
// real.h: the libc functions behind the ones that race/ defines itself.
#ifndef CRUN_RACE_REAL_H
#define CRUN_RACE_REAL_H

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

struct real {
#define REAL(version, result, name, arguments) result (*name) arguments;
#include "real.inc"
#undef REAL
};

extern struct real real_functions;
extern _Atomic bool real_found;

// real_find looks all of them up. It may run in a constructor, before race_init, twice at once.
void real_find(void);

static inline const struct real *real(void) {
  if (__builtin_expect(!atomic_load_explicit(&real_found, memory_order_acquire), 0)) real_find();
  return &real_functions;
}

#endif
