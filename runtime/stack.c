// SPDX-License-Identifier: Apache-2.0
// stack.c: arenas of stacks: address space by the gigabyte, memory by the touch, a guard below each.
//
// A guard is MADV_GUARD_INSTALL (Linux 6.13: no mapping of its own), else mprotect, of which the
// kernel allows about 32,000; past that, starting a goroutine ends the process with a clear word,
// for a stack without a guard would overwrite its neighbour in silence.
#include "stack.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/lock.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { ARENA_STACKS = 4096, MAX_ARENAS = 4096, COLOURS = 16, COLOUR_BYTES = 64 };

static struct lock arena_lock;             // a leaf
static char *_Atomic arenas[MAX_ARENAS];   // written under arena_lock
static _Atomic uint32_t narenas;
static _Atomic uint32_t arena_used = ARENA_STACKS; // stacks taken of the last one; written under arena_lock
static bool guard_by_mprotect;             // under arena_lock

static bool guard_install(char *lo) {
  if (!guard_by_mprotect) {
    if (madvise(lo, STACK_GUARD, MADV_GUARD_INSTALL) == 0) return true;
    if (errno != EINVAL) return false;
    guard_by_mprotect = true;
  }
  return mprotect(lo, STACK_GUARD, PROT_NONE) == 0;
}

// arena_grow maps room for ARENA_STACKS more stacks.
static bool arena_grow_locked(void) {
  uint32_t n = load_rlx(&narenas);
  if (n == MAX_ARENAS) return false;
  size_t bytes = (size_t)ARENA_STACKS * STACK_BYTES;
  char *a = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (a == MAP_FAILED) return false;
  madvise(a, bytes, MADV_NOHUGEPAGE);
  store_rlx(&arenas[n], a);
  store_rel(&narenas, n + 1);
  arena_used = 0;
  return true;
}

// The G of the stack at lo, number i of its arena, lies below a colour: where frames begin differs, so
// that the hot lines of many goroutines do not fall into the same sets of the cache.
static struct g *g_at(char *lo, uint32_t i) {
  char *hi = lo + STACK_BYTES - i % COLOURS * COLOUR_BYTES;
  return (struct g *)(((uintptr_t)hi - sizeof(struct g)) & ~63ull);
}

struct g *stack_new(void) {
  struct g *gp = NULL;
  lock(&arena_lock);
  if (arena_used < ARENA_STACKS || arena_grow_locked()) {
    char *lo = load_rlx(&arenas[load_rlx(&narenas) - 1]) + (size_t)arena_used * STACK_BYTES;
    if (guard_install(lo)) {
      gp = g_at(lo, arena_used);
      gp->stack_lo = lo + STACK_GUARD;
      gp->stack_hi = (char *)gp;
      store_rlx(&gp->status, G_DEAD);
      store_rel(&arena_used, arena_used + 1);
    }
  }
  unlock(&arena_lock);
  return gp;
}

void *stack_top(struct g *gp) { return (void *)((uintptr_t)gp & ~63ull); }

void stack_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  uint32_t n = load_acq(&narenas);
  for (uint32_t a = 0; a < n; a++) {
    uint32_t used = a + 1 < n ? (uint32_t)ARENA_STACKS : load_acq(&arena_used);
    for (uint32_t i = 0; i < used; i++) {
      struct g *gp = g_at(load_rlx(&arenas[a]) + (size_t)i * STACK_BYTES, i);
      if (load_acq(&gp->status) != G_DEAD) fn(gp, arg);
    }
  }
}

struct g *stack_in_guard(uintptr_t addr) {
  for (uint32_t a = 0, n = load_acq(&narenas); a < n; a++) {
    uintptr_t base = (uintptr_t)load_rlx(&arenas[a]);
    if (addr - base >= (uintptr_t)ARENA_STACKS * STACK_BYTES) continue;
    uint32_t i = (addr - base) / STACK_BYTES;
    uintptr_t lo = base + (uintptr_t)i * STACK_BYTES;
    return addr - lo < STACK_GUARD ? g_at((char *)lo, i) : NULL;
  }
  return NULL;
}
