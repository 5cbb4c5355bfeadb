// SPDX-License-Identifier: Apache-2.0
// cxx.c: the guards of C++'s local statics, which order who finds one made behind who made it.
//
//     static T x = make();     acquire the guard; if that says 1, make x and release the guard (abort: make threw)
//
// The program's calls come here because the executable defines these names; what C++'s own library calls does too.
// The compiler looks at the first byte itself, by an atomic load that acquires: it is the same sync object, the
// guard's address. The rest is ours, as libstdc++ has it: only these three functions look there. Edge:
//
//     release -> every later acquire or load that finds the variable made
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edge.h"

#define PUBLIC __attribute__((visibility("default")))

enum { MADE = 1, MAKING = 1 << 8, WAITED_FOR = 1 << 16 };

typedef _Atomic uint32_t guard;

PUBLIC int __cxa_guard_acquire(guard *g);
PUBLIC void __cxa_guard_release(guard *g);
PUBLIC void __cxa_guard_abort(guard *g);

// begin returns what it found: 0 if the caller is to make the variable.
static uint32_t begin(guard *g) {
  uint32_t was = 0;
  atomic_compare_exchange_strong_explicit(g, &was, MAKING, memory_order_acquire, memory_order_acquire);
  return was;
}

static void wait_for(guard *g, uint32_t was) {
  uint32_t waited = was | WAITED_FOR;
  if (was != waited &&
      !atomic_compare_exchange_strong_explicit(g, &was, waited, memory_order_acquire, memory_order_acquire))
    return;
  syscall(SYS_futex, g, FUTEX_WAIT_PRIVATE, waited, NULL, NULL, 0);
}

static void end(guard *g, uint32_t to) {
  if (atomic_exchange_explicit(g, to, memory_order_release) & WAITED_FOR)
    syscall(SYS_futex, g, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

int __cxa_guard_acquire(guard *g) {
  for (uint32_t was; (was = begin(g)); wait_for(g, was))
    if (was & MADE) {
      edge_acquire(g);
      return 0;
    }
  return 1;
}

void __cxa_guard_release(guard *g) {
  edge_release(g);  // before the next one can see it
  end(g, MADE);
}

void __cxa_guard_abort(guard *g) { end(g, 0); }
