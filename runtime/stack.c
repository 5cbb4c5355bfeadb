// SPDX-License-Identifier: Apache-2.0
// stack.c: arenas of stacks: address space by the gigabyte, memory by the touch, a guard below each.
//
// An arena holds stacks of one class. The first of a class is small and each next one twice as large, up to
// a gigabyte, so that a process with little address space (RLIMIT_AS, or all of it accounted for under
// overcommit_memory=2) loses little of it; where that much is not to be had, arenas are small.
//
// A guard is MADV_GUARD_INSTALL (Linux 6.13: no mapping of its own), else mprotect, of which the
// kernel allows about 32,000; past that, starting a goroutine ends the process with a clear word,
// for a stack without a guard would overwrite its neighbour in silence.
#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/lock.h"
#include "base/os.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { MAX_ARENA_STACKS = 4096, MAX_ARENAS = 8192, FEW_STACKS = 16, COLOURS = 16, COLOUR_BYTES = 64 };
static const size_t first_arena_bytes = 16 << 20, max_arena_bytes = 1 << 30;

struct arena {
  char *base;
  uint32_t class, stacks;
  _Atomic uint32_t used;  // taken so far, from the lowest on; written under arena_lock
};

uint32_t stack_default;

static struct lock arena_lock;             // a leaf
static struct arena arenas[MAX_ARENAS];    // but for `used` read-only once counted
static _Atomic uint32_t narenas;           // written under arena_lock
static struct {
  struct arena *newest;                    // its last arena
  uint32_t stacks, arenas;                 // how many it has in all
} classes[STACK_CLASSES];                  // under arena_lock
static _Atomic bool guard_by_mprotect;

static bool guard_install(char *lo) {
  if (!load_rlx(&guard_by_mprotect)) {
    if (madvise(lo, STACK_GUARD, MADV_GUARD_INSTALL) == 0) return true;
    if (errno != EINVAL) return false;
    store_rlx(&guard_by_mprotect, true);
  }
  return mprotect(lo, STACK_GUARD, PROT_NONE) == 0;
}

void stack_locks(void) { lock(&arena_lock); }
void stack_unlocks(void) { unlock(&arena_lock); }

// ---- classes ---------------------------------------------------------------------------------------

uint32_t stack_class(size_t bytes) {
  uint32_t c = 0;
  while (c < STACK_CLASSES && stack_bytes(c) < bytes) c++;
  return c;
}

// parse reads a number with K, M or G behind it; 0: it is none, or too large.
static size_t parse(const char *s) {
  char *end;
  errno = 0;
  unsigned long long n = strtoull(s, &end, 10), most = stack_bytes(STACK_CLASSES - 1);
  unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
  if (shift) end++;
  return errno || end == s || *end || *s == '-' || n > (most >> shift) ? 0 : n << shift;
}

void stack_init(void) {
  const char *s = getenv("CRUNSTACK");
  size_t n = s && *s ? parse(s) : STACK_DEFAULT;
  if (n == 0) errf("crun: CRUNSTACK=%s is not a size up to 1G (as 512K or 8M); using 256K\n", s);
  stack_default = stack_class(n ? n : STACK_DEFAULT);
}

// ---- arenas ----------------------------------------------------------------------------------------

static char *map(size_t bytes) {
  char *a = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (a == MAP_FAILED) return NULL;
  madvise(a, bytes, MADV_NOHUGEPAGE);
  return a;
}

static uint32_t at_most(uint32_t n, size_t most) { return n < most ? n : (uint32_t)most; }

// wanted_locked is how many stacks the next arena of a class has.
static uint32_t wanted_locked(uint32_t class) {
  size_t first = first_arena_bytes / stack_bytes(class), most = max_arena_bytes / stack_bytes(class);
  uint32_t n = (uint32_t)(first ? first : 1) << at_most(classes[class].arenas, 16);
  return at_most(at_most(n, most), MAX_ARENA_STACKS);
}

// arena_grow_locked maps room for more stacks of a class: as many as it wants, else an eighth of what there
// are, else as few as it must be.
static bool arena_grow_locked(uint32_t class) {
  uint32_t n = load_rlx(&narenas), stacks = wanted_locked(class), few = classes[class].stacks / 8;
  if (few < FEW_STACKS) few = FEW_STACKS;
  char *base = NULL;
  errno = ENOMEM;
  if (n == MAX_ARENAS) return false;
  while (stacks && !(base = map(stacks * stack_bytes(class)))) stacks = stacks > few ? few : stacks / 2;
  if (!base) return false;
  arenas[n] = (struct arena){.base = base, .class = class, .stacks = stacks};
  classes[class].newest = &arenas[n];
  classes[class].stacks += stacks;
  classes[class].arenas++;
  store_rel(&narenas, n + 1);
  return true;
}

// The G of stack i of an arena lies below a colour: where frames begin differs, so that the hot lines of
// many goroutines do not fall into the same sets of the cache.
static struct g *g_at(const struct arena *a, uint32_t i) {
  char *hi = a->base + (i + 1) * stack_bytes(a->class) - i % COLOURS * COLOUR_BYTES;
  return (struct g *)(((uintptr_t)hi - sizeof(struct g)) & ~63ull);
}

// A run of stacks that nobody has had yet.
struct fresh {
  const struct arena *arena;
  uint32_t first, n;
};

static struct fresh take(uint32_t class, uint32_t n) {
  struct fresh f = {.n = 0};
  lock(&arena_lock);
  struct arena *a = classes[class].newest;
  if ((a && load_rlx(&a->used) < a->stacks) || arena_grow_locked(class)) {
    a = classes[class].newest;
    f.arena = a;
    f.first = load_rlx(&a->used);
    f.n = at_most(n, a->stacks - f.first);
    store_rel(&a->used, f.first + f.n);
  }
  unlock(&arena_lock);
  return f;
}

// make makes stack i of a usable; nil: it cannot have a guard.
static struct g *make(const struct arena *a, uint32_t i) {
  char *lo = a->base + i * stack_bytes(a->class);
  if (!guard_install(lo)) return NULL;
  struct g *gp = g_at(a, i);
  gp->stack_class = a->class;
  gp->stack_end = lo + stack_bytes(a->class);
  gp->stack_lo = lo + STACK_GUARD;
  gp->stack_hi = (char *)gp;
  store_rel(&gp->status, G_DEAD);  // R1: stack_each sees nothing less
  return gp;
}

struct g *stack_new(uint32_t class, uint32_t n) {
  struct fresh f = take(class, n);
  struct g *list = NULL;
  for (uint32_t i = f.n; i-- > 0;) {  // the lowest is the first to be used
    struct g *gp = make(f.arena, f.first + i);
    if (!gp) return list;
    gp->schedlink = list;
    list = gp;
  }
  return list;
}

void stack_trim(struct g *gp) {
  enum { KEEP = 32 * 1024, PAGE = 4096 };
  char *end = gp->stack_end - KEEP;
  unsigned char there = 0;
  if (mincore(end - PAGE, PAGE, &there) == 0 && (there & 1))
    madvise(gp->stack_lo, (size_t)(end - gp->stack_lo), MADV_DONTNEED);
}

void *stack_top(struct g *gp) { return (void *)((uintptr_t)gp & ~63ull); }

void stack_count(uint64_t *stacks, uint64_t *bytes) {
  *stacks = *bytes = 0;
  for (uint32_t n = load_acq(&narenas), a = 0; a < n; a++) {
    *stacks += load_rlx(&arenas[a].used);
    *bytes += arenas[a].stacks * stack_bytes(arenas[a].class);
  }
}

void stack_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  for (uint32_t n = load_acq(&narenas), a = 0; a < n; a++) {
    for (uint32_t used = load_acq(&arenas[a].used), i = 0; i < used; i++) {
      struct g *gp = g_at(&arenas[a], i);
      uint32_t status = load_acq(&gp->status);  // A1
      if (status != G_DEAD && status != G_NONE) fn(gp, arg);
    }
  }
}

struct g *stack_in_guard(uintptr_t addr) {
  for (uint32_t n = load_acq(&narenas), i = 0; i < n; i++) {
    const struct arena *a = &arenas[i];
    uintptr_t offset = addr - (uintptr_t)a->base;
    if (offset >= a->stacks * stack_bytes(a->class)) continue;
    return offset % stack_bytes(a->class) < STACK_GUARD ? g_at(a, (uint32_t)(offset / stack_bytes(a->class))) : NULL;
  }
  return NULL;
}
