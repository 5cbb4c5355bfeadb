// SPDX-License-Identifier: Apache-2.0
// g.c: making and dropping a race_g, and its shadow call stack.
//
//     base         sp                 limit
//     +----------+-------+----------+-------+
//     | sentinel | frame |  ...     | frame |     24 bytes each, doubled when full
//     +----------+-------+----------+-------+
//
// A parked goroutine's detector state is a race_g and eight frames.
#include "g.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "frame.h"
#include "ginfo.h"
#include "inside.h"
#include "learnt.h"
#include "lockset.h"
#include "scan.h"
#include "slot.h"

enum {
  FIRST_FRAMES = 8,
  FRAMES_MAPPED = 64 * 1024 * sizeof(struct frame) / 16,  // beyond the allocator's classes
};

_Thread_local race_g *race_cur __attribute__((tls_model("local-exec")));
_Thread_local uint8_t race_inside __attribute__((tls_model("local-exec")));
_Thread_local uint32_t race_hidden __attribute__((tls_model("local-exec")));
bool race_threaded;

_Static_assert(sizeof(struct frame) == 24, "what a call writes");
_Static_assert(offsetof(race_g, vc) <= 48, "what an access reads lies in one cache line");

race_g *race_g_new(race_g *creator, struct ginfo *info) {
  scan_if_due();
  race_g *g = race_alloc(sizeof *g);
  g->base = g->sp = race_alloc(FIRST_FRAMES * sizeof(struct frame));
  g->base->node = NODE_ROOT;
  g->limit = g->base + FIRST_FRAMES - 1;
  g->info = info;
  slot_take(g, creator);
  return g;
}

static size_t frames_bytes(const race_g *g) { return (g->limit - g->base + 1) * sizeof(struct frame); }

void race_g_drop(race_g *g) {
  slot_retire(g);
  atomic_store_explicit(&g->info->ended, true, memory_order_relaxed);
  ginfo_unref(g->info);
  lockset_drop(g);
  learnt_drop(g);
  vclock_clear(&g->vc);
  vclock_clear(&g->fence_acq);
  vclock_clear(&g->fence_rel);
  race_free(g->base, frames_bytes(g));
  race_free(g, sizeof *g);
}

// frames_grow doubles the shadow call stack. In a signal handler that interrupted the detector it
// takes no lock: it takes a mapping, and leaves the old array.
static void frames_grow(race_g *g) {
  uint8_t inside = inside_enter();
  struct frame *old = g->base;
  size_t bytes = frames_bytes(g), depth = g->sp - old, more = 2 * bytes;
  if (inside && more < FRAMES_MAPPED) more = FRAMES_MAPPED;
  struct frame *big = race_alloc(more);
  memcpy(big, old, bytes);
  g->base = big;
  g->sp = big + depth;
  g->limit = big + more / sizeof(struct frame) - 1;
  if (!inside) race_free(old, bytes);
  inside_leave(inside);
}

__attribute__((noinline)) void frame_push_slow(race_g *g, uintptr_t call_pc, uintptr_t func_pc, uintptr_t msp) {
  frames_grow(g);
  frame_push(g, call_pc, func_pc, msp);
}

// frames_unwind pops what longjmp left: frames whose machine frame lies below msp. Frames of another
// stack (an alternate signal stack that was jumped out of) go too when g's stack is known.
void frames_unwind(race_g *g, uintptr_t msp) {
  uintptr_t lo = atomic_load_explicit(&g->info->stack_lo, memory_order_relaxed);
  uintptr_t hi = atomic_load_explicit(&g->info->stack_hi, memory_order_relaxed);
  bool known = lo <= msp && msp < hi && hi - lo < UINT32_MAX;
  while (g->sp > g->base) {
    uint32_t up = g->sp->msp - (uint32_t)msp;  // bytes above msp, modulo 2^32
    bool gone = known ? up > hi - msp : (int32_t)up < 0;
    if (!gone) break;
    g->sp--;
  }
}

__attribute__((noinline)) void frame_pop_slow(race_g *g, uintptr_t msp, uintptr_t ret) {
  const struct frame *top = g->sp;
  frames_unwind(g, msp);
  bool jumped = g->sp < top && g->sp[1].call_pc == ret;  // its own went with those below
  if (!jumped && g->sp > g->base) g->sp--;
}

void g_push(race_g *g, uintptr_t call_pc, uintptr_t func_pc) { 
  frame_push(g, call_pc, func_pc, (uintptr_t)__builtin_frame_address(0));
}

void g_pop(race_g *g) {
  if (g->sp > g->base) g->sp--;
}
