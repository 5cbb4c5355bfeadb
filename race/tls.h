// SPDX-License-Identifier: Apache-2.0
// tls.h: thread-locals, which goroutines that run on one thread use in turn.
//
// Nothing orders two goroutines that a thread runs one after the other, and by Go's rules nothing
// should. Yet each may use the thread's thread-locals, as C code does behind its caller's back; for
// these words alone the thread itself is the order. So a goroutine that accessed its thread's own
// thread-locals leaves its clock with the thread when it leaves (tls_switch), and a conflict on such
// a word asks that clock too (tls_orders). No goroutine learns anything from it: on all other memory
// they are as unordered as before.
//
// A goroutine that goes on on another thread begins a new epoch there: what it does to the first
// thread's thread-locals from now on, through a pointer, the first thread does not order.
//
// Not covered: thread-locals of libraries that were loaded by dlopen, and a reader on another thread
// that was handed the address by a goroutine other than the one that wrote.
#ifndef CRUN_RACE_TLS_H
#define CRUN_RACE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "g.h"

// tls_bytes is the size of a thread's thread-locals, which lie right below its thread pointer.
extern size_t tls_bytes;

void tls_init(void);

// tls_top is where they end.
static inline uintptr_t tls_top(void) {
  uintptr_t top;
  __asm__("movq %%fs:0, %0" : "=r"(top));
  return top;
}

static inline bool tls_is_own(uintptr_t addr) { return tls_top() - addr - 1 < tls_bytes; }

// tls_note is called for each access that is entered: g is race_cur.
static inline void tls_note(race_g *g, uintptr_t addr) {
  if (__builtin_expect(tls_is_own(addr), 0)) g->on_tls = true;
}

// tls_orders tells whether epoch id was, on this thread, before what runs on it now.
bool tls_orders(uint32_t id);

// tls_switch is called when `in` follows `out` on this thread and tls_concerns said so; either may be nil.
void tls_switch(race_g *out, race_g *in);

static inline bool tls_concerns(const race_g *out, const race_g *in) {
  return (out && out->on_tls) || (in && in->tls_of);
}

#endif
