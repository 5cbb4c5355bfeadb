// SPDX-License-Identifier: Apache-2.0
// g.h: struct race_g, one line of execution (a goroutine or a pthread) as the detector sees it.
//
// The thread-local race_cur names the one that runs on this thread. What an access check reads
// comes first, in one cache line. A race_g is changed by the thread that runs it, or, while it is
// parked, by the thread that completes its operation; never by two at once. The scan alone reads
// `cur` of a running one.
#ifndef CRUN_RACE_G_H
#define CRUN_RACE_G_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vclock.h"

struct ginfo;

// A frame of the shadow call stack: one activation of an instrumented function.
struct frame {
  uintptr_t call_pc;  // the call in the caller
  uintptr_t func_pc;  // one address in the function itself: says which function
  uint32_t node;      // context node of this activation, 0: not interned yet (context.h)
  uint32_t msp;       // machine stack pointer at entry, low 32 bits: finds what longjmp left behind
};

struct race_g {
  _Atomic uint64_t cur;  // epoch id << 33 as in a cell; 0: no access since the last release
  struct frame *sp;      // top frame; == base: none
  struct frame *limit;   // last frame there is room for
  struct frame *base;    // sentinel below the first frame
  uint32_t slot;         // whose clocks these are (slot.h); SHADOW gives it, in slot_take
  uint32_t clk;          // clock of the current epoch, always > vclock_get(&vc, slot)
  union {
    uint16_t ignores[2];    // reads, writes that are not checked now: calls of race_ignore not taken back
    uint32_t ignores_any;   // 0: both are checked
  };
  uint16_t ignores_sync; // the same for its edges
  struct vclock vc;      // what happened before; vc[slot] is the last *ended* epoch with an access
  struct ginfo *info;    // what reports say about it; one reference
  const void *tls_of;    // the thread that keeps its clock for its thread-locals, nil: none does (tls.h)
  bool on_tls;           // it accessed its thread's own thread-locals since it came to it
  struct race_g *next, *prev;  // all live ones, under the slot lock: roots of a scan

  // lockset.c's: the locks it holds, in the order in which it took them.
  struct held *held;
  uint16_t nheld, held_room;
  uint16_t known;            // entries whose `set`, if they have one, is theirs: those held and some that were left
  bool split;                // this epoch had an access under another id (epoch_split)

  // learnt.c's: what it learnt last, and from whom.
  struct learnt *learnt;     // a ring, nil: nothing yet
  uint32_t nlearnt;          // how many there were
  uint32_t parent_slot, parent_clk;  // the stamp that it began with; clk 0: none

  // clock.c's. Zero at first.
  uint32_t grown;            // clk when vc last learned of another slot
  uint32_t began;            // clk when this owner took the slot
  uint32_t only_slot;        // the stamp (clock.h) that brought all that is known of other slots;
  uint32_t only_clk;         // 0: it did not come with one
  struct vclock fence_acq;   // joined at the next acquire fence: clocks seen by relaxed loads
  struct vclock fence_rel;   // published by relaxed stores: my clock at the last release fence
};

typedef struct race_g race_g;

extern _Thread_local race_g *race_cur __attribute__((tls_model("local-exec")));

// race_inside is set while this thread is in the detector's own code with a lock or half-changed
// state: signal handlers wait then (inside.h), and what the handler of a fault does is not checked.
extern _Thread_local uint8_t race_inside __attribute__((tls_model("local-exec")));

// race_hidden counts race_hide_begin on this thread: nothing is checked while it is not 0.
extern _Thread_local uint32_t race_hidden __attribute__((tls_model("local-exec")));

// race_threaded becomes true before a second thread can exist, and stays so. While it is false no
// lock of the shadow is taken.
extern bool race_threaded;

// race_g_new makes a race_g with a slot, an empty shadow call stack and info (whose reference it
// takes over), and puts it among the scan's roots. creator (nil: none) lends its clock for the reuse
// of slots only: the vclock edge creator -> child is the caller's. It may scan: hold no lock of race/.
race_g *race_g_new(race_g *creator, struct ginfo *info);

// race_g_drop retires g's slot, forgets the shadow call stack, the vclocks and info, and frees g. g
// must not run any more.
void race_g_drop(race_g *g);

// g_ignores tells whether g's accesses of this kind are not to be checked.
static inline bool g_ignores(const race_g *g, bool write) { return __builtin_expect(g->ignores[write], 0); }

// g_is_off: no access of this kind that g, which is race_cur, makes now is checked.
static inline bool g_is_off(const race_g *g, bool write) {
  if (__builtin_expect((race_inside | race_hidden | g->ignores_any) == 0, 1)) return false;
  return race_inside | race_hidden || g->ignores[write];
}

// g_push and g_pop enter and leave a frame by hand (race_enter, race_leave).
void g_push(race_g *g, uintptr_t call_pc, uintptr_t func_pc);
void g_pop(race_g *g);

#endif
