// SPDX-License-Identifier: Apache-2.0
// leak_state.h: the search for leaks as it goes on: what leak_mark.c, leak_roots.c and leak_search.c share.
#ifndef CRUN_DIAG_LEAK_STATE_H
#define CRUN_DIAG_LEAK_STATE_H

#include "diag/leak/leak_index.h"
#include "diag/leak/leak_mark.h"
#include "diag/leak/leak_memory.h"

enum { WORD = sizeof(uintptr_t), LEAK_PAGE = 4096, THREAD_STACK = 480 * 1024, TCB = 4096 };

enum gstate { BLOCKED, READ, LIVE };  // READ: its stack was read as a block

// A parked goroutine that may be leaked. The first word is what they are sorted by.
struct parked {
  uintptr_t lo, hi;  // the part of its stack that is in use
  struct g *gp;
  uint64_t state;
};

// What a goroutine waits for lies in a block, or in the stack of a parked goroutine: key is where that begins.
struct watch {
  uintptr_t key;
  uint64_t parked;   // number
  uint64_t is_sudogs;  // the block holds the goroutine's sudogs instead
};

struct leak_state {
  struct leak_search *s;
  struct mapping *mapping;
  size_t nmappings;
  struct spans without;       // no roots
  struct spans structs;       // Gs and Ms that are no part of that
  bool in_libc;               // what is read is the C library's own data
  struct parked *parked;
  size_t nparked, parked_cap;
  struct watch *watch;
  size_t nwatch, watch_cap;
  uintptr_t *work;            // blocks and parked goroutines
  size_t nwork, work_cap;
  size_t nlive;               // goroutines that can go on by themselves, and armed timers
  size_t nlive_tagged;        // of the check that is asked for
  uintptr_t main_tcb;         // the first thread's, which points into its own stack
  uintptr_t main_hi;
  bool others;                // there are threads of the program's own
  struct span own_stack;      // of the thread that looks
  struct span stacks;         // from the lowest to the highest of parked
  struct span bounds;         // of these and all blocks
};
extern struct leak_state leak;  // of the one search that runs

// ---- leak_mark.c

// leak_is_stuck: gp is parked for good unless another wakes it, and nobody is about to. leak_nsudogs is how many sudogs it has.
bool leak_is_stuck(struct g *gp);
uint32_t leak_nsudogs(const struct g *gp);

// leak_stack_end is where gp's stack ends; leak_parked_at the stuck goroutine in whose stack addr lies, nil: none.
uintptr_t leak_stack_end(const struct g *gp);
struct parked *leak_parked_at(uintptr_t addr);

// leak_make_live has p's stack read, for it can go on.
void leak_make_live(struct parked *p);

// leak_mark_word marks what w points to; leak_mark_words what the words of [lo, hi) do, all of which can be read;
// leak_mark_memory what those do that can be.
void leak_mark_word(uintptr_t w);
void leak_mark_words(uintptr_t lo, uintptr_t hi);
void leak_mark_memory(uintptr_t lo, uintptr_t hi);
void leak_read_memory(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi));

// leak_mark_stack_of marks from gp's stack, from lo on.
void leak_mark_stack_of(const struct g *gp, uintptr_t lo);

// leak_mark_all marks until there is no more.
void leak_mark_all(void);

// ---- leak_context.c

// leak_context_begin begins a search. leak_context_block is called for each block that was marked; leak_context_follow
// marks what the contexts found so will cancel, through leak_mark_linked, and tells whether that made work.
void leak_context_begin(void);
void leak_context_block(uintptr_t start, uintptr_t end);
bool leak_context_follow(void);

// leak_context_collect fills in which contexts are lost. The rest is marked by then, leaked goroutines' stacks as well.
void leak_context_collect(void);

// leak_mark_linked marks from the block at addr, that of a context, and leaves it unmarked itself.
void leak_mark_linked(uintptr_t addr);

// ---- leak_roots.c

// leak_leave_out lists in leak.without what is no root; leak_leave_out_brk adds the heap.
void leak_leave_out(void);
void leak_leave_out_brk(struct spans *without);

// leak_mark_goroutine marks from gp if it can go on, and counts it.
void leak_mark_goroutine(struct g *gp, void *arg);

// leak_mark_roots marks from all roots.
void leak_mark_roots(void);

#endif
