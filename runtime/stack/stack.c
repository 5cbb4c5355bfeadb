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
#include "stack/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/lock.h"
#include "base/os.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { MAX_ARENA_STACKS = 4096, MAX_ARENAS = 8192, FEW_STACKS = 16, MOST_TAKEN = 16, COLOURS = 16, COLOUR_BYTES = 64, PAGE = 4096 };
static const size_t first_arena_bytes = 16 << 20, max_arena_bytes = 1 << 30;

struct arena {
  char *base;
  uint32_t class, stacks;
  _Atomic uint32_t used;  // how many have been taken, from the lowest on; written under arena_lock
  uint32_t ncold;         // of those, how many were given back; under arena_lock
  uint64_t cold[MAX_ARENA_STACKS / 64];  // which; under arena_lock
};

uint32_t stack_default;

static struct lock arena_lock;             // a leaf
static struct arena arenas[MAX_ARENAS];    // base, class and stacks are read-only once counted
static _Atomic uint32_t narenas;           // written under arena_lock
static struct {
  uint32_t first;                          // no arena of its before this one has room
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

// map maps memory for an arena, at a place or anywhere.
static char *map(char *at, size_t bytes) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | (at ? MAP_FIXED : 0);
  char *a = mmap(at, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
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
// are, else as few as it must be. nil: there is no memory.
static struct arena *arena_grow_locked(uint32_t class) {
  uint32_t n = load_rlx(&narenas), stacks = wanted_locked(class), few = classes[class].stacks / 8;
  if (few < FEW_STACKS) few = FEW_STACKS;
  char *base = NULL;
  errno = ENOMEM;
  if (n == MAX_ARENAS) return NULL;
  while (stacks && !(base = map(NULL, stacks * stack_bytes(class)))) stacks = stacks > few ? few : stacks / 2;
  if (!base) return NULL;
  arenas[n].base = base;
  arenas[n].class = class;
  arenas[n].stacks = stacks;
  classes[class].first = n;
  classes[class].stacks += stacks;
  classes[class].arenas++;
  store_rel(&narenas, n + 1);
  return &arenas[n];
}

// with_room_locked finds an arena of a class that has a stack to take.
static struct arena *with_room_locked(uint32_t class) {
  for (uint32_t i = classes[class].first, n = load_rlx(&narenas); i < n; i++) {
    struct arena *a = &arenas[i];
    if (a->class != class || (a->ncold == 0 && load_rlx(&a->used) == a->stacks)) continue;
    classes[class].first = i;
    return a;
  }
  return arena_grow_locked(class);
}

// cold_pop_locked takes a stack of a that was given back.
static uint32_t cold_pop_locked(struct arena *a) {
  uint32_t w = 0;
  while (!a->cold[w]) w++;
  uint32_t bit = (uint32_t)__builtin_ctzll(a->cold[w]);
  a->cold[w] &= a->cold[w] - 1;
  a->ncold--;
  return w * 64 + bit;
}

// The G of stack i of an arena lies below a colour: where frames begin differs, so that the hot lines of
// many goroutines do not fall into the same sets of the cache.
static struct g *g_at(const struct arena *a, uint32_t i) {
  char *hi = a->base + (i + 1) * stack_bytes(a->class) - i % COLOURS * COLOUR_BYTES;
  return (struct g *)(((uintptr_t)hi - sizeof(struct g)) & ~63ull);
}

// ---- taking and giving back --------------------------------------------------------------------------

// Stacks that were taken; the first ncold of them have their guards.
struct taken {
  struct arena *arena;
  uint32_t n, ncold, which[MOST_TAKEN];
};

static struct taken take(uint32_t class, uint32_t most) {
  struct taken t = {.n = 0};
  if (most > MOST_TAKEN) most = MOST_TAKEN;
  lock(&arena_lock);
  struct arena *a = t.arena = with_room_locked(class);
  while (a && t.n < most && a->ncold) t.which[t.n++] = cold_pop_locked(a);
  t.ncold = t.n;
  for (uint32_t used; a && t.n < most && (used = load_rlx(&a->used)) < a->stacks;) {
    t.which[t.n++] = used;
    store_rel(&a->used, used + 1);
  }
  unlock(&arena_lock);
  return t;
}

// make makes a G on stack i of a.
static struct g *make(const struct arena *a, uint32_t i) {
  char *lo = a->base + i * stack_bytes(a->class);
  struct g *gp = g_at(a, i);
  gp->arena = (uint16_t)(a - arenas);
  gp->stack_class = (uint8_t)a->class;
  gp->stack_end = lo + stack_bytes(a->class);
  gp->stack_lo = lo + STACK_GUARD;
  gp->stack_hi = (char *)gp;
  store_rel(&gp->status, G_DEAD);  // R1: stack_each sees nothing less
  return gp;
}

struct g *stack_new(uint32_t class, uint32_t n) {
  struct taken t = take(class, n);
  struct g *list = NULL;
  for (uint32_t i = t.n; i-- > 0;) {  // the lowest is the first to be used
    if (i >= t.ncold && !guard_install(t.arena->base + t.which[i] * stack_bytes(class))) return list;
    struct g *gp = make(t.arena, t.which[i]);
    gp->schedlink = list;
    list = gp;
  }
  return list;
}

// forget_locked makes an arena all of whose stacks were given back as good as new, for their page tables take
// room too.
static void forget_locked(struct arena *a) {
  store_rlx(&a->used, 0);
  a->ncold = 0;
  for (uint32_t i = 0; i < (a->stacks + 63) / 64; i++) a->cold[i] = 0;
  if (!map(a->base, a->stacks * stack_bytes(a->class))) a->stacks = 0;  // there may be nothing there now
}

static void set_cold(uint32_t arena, uint32_t i) {
  struct arena *a = &arenas[arena];
  lock(&arena_lock);
  a->cold[i / 64] |= 1ull << i % 64;
  if (classes[a->class].first > arena) classes[a->class].first = arena;
  if (++a->ncold == load_rlx(&a->used)) forget_locked(a);
  unlock(&arena_lock);
}

// give_back gives the kernel the memory of stacks first to last of an arena, and of their Gs. It leaves guards.
static void give_back(uint32_t arena, uint32_t first, uint32_t last) {
  size_t bytes = stack_bytes(arenas[arena].class);
  madvise(arenas[arena].base + first * bytes, (last - first + 1) * bytes, MADV_DONTNEED);
  for (uint32_t i = first; i <= last; i++) set_cold(arena, i);
}

void stack_release(struct g *list) {
  while (list) {
    uint32_t arena = list->arena;
    size_t bytes = stack_bytes(list->stack_class);
    char *lo = list->stack_end - bytes, *hi = lo;  // a run of neighbours, which came to the list in a row
    do {
      if (list->stack_end == lo) lo -= bytes;
      else if (list->stack_end - bytes != hi) break;
      else hi += bytes;
      list = list->schedlink;
    } while (list && list->arena == arena);
    give_back(arena, (uint32_t)((size_t)(lo - arenas[arena].base) / bytes), (uint32_t)((size_t)(hi - arenas[arena].base) / bytes) - 1);
  }
}

// ---- a parked goroutine's ------------------------------------------------------------------------------

// below_sp is where the pages end of which gp's frames use nothing.
static char *below_sp(const struct g *gp) { return (char *)((uintptr_t)gp->sp & -(uintptr_t)PAGE); }

bool stack_holds(struct g *gp) {
  enum { LOOK = 256 };  // pages, for there is room for as many answers; a frame leaves no larger hole
  unsigned char there[LOOK];
  char *hi = below_sp(gp), *lo = hi - gp->stack_lo > LOOK * PAGE ? hi - LOOK * PAGE : gp->stack_lo;
  if (lo >= hi || mincore(lo, (size_t)(hi - lo), there) != 0) return false;
  for (size_t i = 0; i < (size_t)(hi - lo) / PAGE; i++)
    if (there[i] & 1) return true;
  return false;
}

void stack_trim(struct g *gp) {
  char *hi = below_sp(gp);
  if (hi > gp->stack_lo) madvise(gp->stack_lo, (size_t)(hi - gp->stack_lo), MADV_DONTNEED);
}

void *stack_top(struct g *gp) { return (void *)((uintptr_t)gp & ~63ull); }

void stack_count(uint64_t *stacks, uint64_t *bytes) {
  *stacks = *bytes = 0;
  for (uint32_t n = load_acq(&narenas), a = 0; a < n; a++) {
    *stacks += load_rlx(&arenas[a].used);
    *bytes += arenas[a].stacks * stack_bytes(arenas[a].class);
  }
}

static bool lives(struct g *gp) {
  uint32_t status = load_acq(&gp->status);  // A1
  return status != G_DEAD && status != G_NONE;
}

void stack_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  for (uint32_t n = load_acq(&narenas), a = 0; a < n; a++) {
    for (uint32_t used = load_acq(&arenas[a].used), i = 0; i < used; i++) {
      struct g *gp = g_at(&arenas[a], i);
      if (lives(gp)) fn(gp, arg);
    }
  }
}

struct g *stack_next(struct stack_walk *w, uint32_t *budget) {
  for (; w->arena < load_acq(&narenas); w->arena++, w->stack = 0) {
    struct arena *a = &arenas[w->arena];
    while (w->stack < load_acq(&a->used)) {
      if (*budget == 0) return NULL;
      --*budget;
      struct g *gp = g_at(a, w->stack++);
      if (lives(gp)) return gp;
    }
  }
  *w = (struct stack_walk){0};
  return NULL;
}

void stack_each_arena(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg) {
  for (uint32_t n = load_acq(&narenas), i = 0; i < n; i++) {
    uintptr_t lo = (uintptr_t)arenas[i].base;
    fn(lo, lo + arenas[i].stacks * stack_bytes(arenas[i].class), arg);
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
