// SPDX-License-Identifier: Apache-2.0
// frame.h: pushing and popping the shadow call stack; inlined into the entry points.
//
// Every frame remembers the machine stack pointer at entry. A function that leaves while frames
// below its own are on top was longjmp'd into: they are dropped first. Between the longjmp and that
// moment contexts would name the lost frames, so the plugin calls __crun_frames_unwind after each
// call that returns twice.
//
// Other compilers make func_exit the last jump of a function, whose machine frame is gone then. The
// return address tells: it is the function's own, and so its frame's call_pc.
#ifndef CRUN_RACE_FRAME_H
#define CRUN_RACE_FRAME_H

#include "g.h"

#define NODE_ROOT UINT32_MAX  // the sentinel's node

// frame_push enters a frame; the _slow twin has to make room first.
void frame_push_slow(race_g *g, uintptr_t call_pc, uintptr_t func_pc, uintptr_t msp);

static inline void frame_push(race_g *g, uintptr_t call_pc, uintptr_t func_pc, uintptr_t msp) {
  if (__builtin_expect(g->sp == g->limit, 0)) {
    frame_push_slow(g, call_pc, func_pc, msp);
    return;
  }
  struct frame *f = ++g->sp;
  f->call_pc = call_pc;
  f->func_pc = func_pc;
  f->node = 0;
  f->msp = (uint32_t)msp;
}

// frames_unwind pops the frames whose machine frames lie below msp.
void frames_unwind(race_g *g, uintptr_t msp);

// frame_pop leaves a frame; ret is where func_exit returns to. The _slow twin drops what longjmp left
// first.
void frame_pop_slow(race_g *g, uintptr_t msp, uintptr_t ret);

static inline void frame_pop(race_g *g, uintptr_t msp, uintptr_t ret) {
  struct frame *f = g->sp;
  if (__builtin_expect(f == g->base, 0)) return;  // entered before there was a race_g
  if (__builtin_expect((int32_t)(f->msp - (uint32_t)msp) < 0, 0)) {
    frame_pop_slow(g, msp, ret);
    return;
  }
  g->sp = f - 1;
}

#endif
