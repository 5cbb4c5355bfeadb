// SPDX-License-Identifier: Apache-2.0
// callsite.c: the table of calls that were noted, with their stacks.
//
// Open addressing, never emptied; who puts a word there is the one who unwinds for it. Nobody waits: until the stack is
// there, and once the table is full, a report has the place of the call alone.
//   R1: the store of where the stack lies   A1: its load for a report
#include "diag/deadlock/callsite.h"

#include <string.h>

#include "diag/dump/unwind.h"
#include "sched/sched.h"

enum { SLOTS = 1 << 14, MOST = SLOTS / 4 * 3, WORDS = 1 << 18, PROBES = 16, STARTUP = 3 };

// A stack lies in words: its length, doubled, with 1 if it is the one for sure; then its addresses.
static _Atomic uint64_t noted[SLOTS];
static _Atomic uint32_t where[SLOTS];  // 0: there is none yet
static _Atomic uint32_t nnoted, used = 1;
static uintptr_t words[WORDS];

static uint32_t slot_of(callsite at, int probe) {
  return ((uint32_t)((at * 0x9e3779b97f4a7c15ull) >> 40) + (uint32_t)probe) % SLOTS;
}

// is_certain tells whether frame pointers led to `at` the way that the unwinder goes: if not all CALLSITE_LEVELS, then
// all but what every stack begins with. call is the number of the call's frame in u.
static bool is_certain(callsite at, const struct unwound_frames *u, size_t call, uintptr_t hi) {
  uint64_t h = callsite_mix(0, hi - 2 * sizeof(uintptr_t) - (u->cfa[call - 1] - 2 * sizeof(uintptr_t)));
  for (size_t level = 0;; level++) {
    bool enough = level == CALLSITE_LEVELS || call + level + STARTUP >= u->n;
    if (enough && callsite_word(u->pc[call], h) == at) return true;
    if (level == CALLSITE_LEVELS || call + level + 1 == u->n) return false;
    h = callsite_mix(h, u->pc[call + level + 1]);
  }
}

// keep puts a stack into words; 0: there is no room.
static uint32_t keep(const uintptr_t *pc, size_t n, bool certain) {
  uint32_t place = add_rlx(&used, (uint32_t)n + 1);
  if (place + n + 1 > WORDS) {
    add_rlx(&used, -((uint32_t)n + 1));
    return 0;
  }
  words[place] = 2 * n + certain;
  memcpy(&words[place + 1], pc, n * sizeof *pc);
  return place;
}

static __attribute__((noinline)) uint32_t unwind_and_keep(callsite at) {
  struct unwound_frames u;
  size_t call = 0;
  uintptr_t pc = callsite_pc(at);
  unwind_frames_here(&u);
  while (call < u.n && u.pc[call] != pc) call++;
  if (call == 0 || call == u.n) return 0;
  return keep(&u.pc[call], u.n - call, is_certain(at, &u, call, (uintptr_t)getg()->stack_hi));
}

void callsite_note_slow(callsite at) {
  for (int probe = 0; probe < PROBES; probe++) {
    uint32_t i = slot_of(at, probe);
    uint64_t there = load_rlx(&noted[i]);
    if (there == 0 && load_rlx(&nnoted) >= MOST) return;
    if (there == 0 && cas_rlx(&noted[i], &there, at)) {
      add_rlx(&nnoted, 1);
      store_rel(&where[i], unwind_and_keep(at));  // R1
      return;
    }
    if (there == at) return;
  }
}

static const uintptr_t *kept(callsite at) {
  for (int probe = 0; probe < PROBES; probe++) {
    uint32_t i = slot_of(at, probe);
    if (load_rlx(&noted[i]) != at) continue;
    uint32_t place = load_acq(&where[i]);  // A1
    return place ? &words[place] : NULL;
  }
  return NULL;
}

uintptr_t callsite_pc(callsite at) {
  uintptr_t pc = at & ((1ull << CALLSITE_PC_BITS) - 1);
  if (CALLSITE_RACE && at & CALLSITE_CONTEXT && !race_context_stack((uint32_t)at, &pc, 1)) pc = 0;
  return pc;
}

void callsite_stack(callsite at, struct report_stack *out) {
  *out = (struct report_stack){.is_return = true};
  if (CALLSITE_RACE && at & CALLSITE_CONTEXT) {
    out->n = race_context_stack((uint32_t)at, out->pc, REPORT_PCS);
    return;
  }
  const uintptr_t *s = at ? kept(at) : NULL;
  if (s) {
    out->n = s[0] / 2 < REPORT_PCS ? s[0] / 2 : REPORT_PCS;
    memcpy(out->pc, s + 1, out->n * sizeof *out->pc);
    out->callers = s[0] % 2 ? 0 : 1;
  } else if (at) {
    out->pc[out->n++] = callsite_pc(at);
  }
}
