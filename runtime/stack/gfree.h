// SPDX-License-Identifier: Apache-2.0
// gfree.h: stacks of ended goroutines, which the next ones take.
#ifndef CRUN_GFREE_H
#define CRUN_GFREE_H

#include "sched/g.h"

// gfree_get returns a G in G_DEAD with its stack, of a class: the one that pp (nil: none) used last, one that
// some other P has no use for, or a new one. nil: no memory, errno says why.
struct g *gfree_get_slow(struct p *pp, uint32_t class);
// gfree_prefetch fetches what the next goroutine will be written to: of many that were made in a row and have ended, nothing
// lies near.
static inline void gfree_prefetch(struct g *next) {
  for (int line = -2; line < 4; line++) __builtin_prefetch((void *)((uintptr_t)next + (uintptr_t)(line * 64)), 1);
}

static inline struct g *gfree_get(struct p *pp, uint32_t class) {
  struct g *gp = pp ? pp->gfree[class].head : NULL;
  if (__builtin_expect(!gp, 0)) return gfree_get_slow(pp, class);
  pp->gfree[class].head = gp->schedlink;
  pp->gfree[class].n--;
  gfree_prefetch(gp->schedlink);
  return gp;
}

// gfree_put keeps the G of an ended goroutine.
void gfree_put(struct p *pp, struct g *gp);

// gfree_flush gives all that pp keeps to whoever needs it.
void gfree_flush(struct p *pp);

// gfree_window begins a time over which it is watched how many stacks nobody needs.
void gfree_window(void);

// gfree_unused is how many of a class nobody has needed since then.
uint32_t gfree_unused(uint32_t class);

// gfree_release gives the memory of at most n of those back to the kernel. False: there was none.
bool gfree_release(uint32_t class, uint32_t n);

// Around fork.
void gfree_lock_all(void);
void gfree_unlock_all(void);

#endif
