// SPDX-License-Identifier: Apache-2.0
// stack.c: arenas of stacks: address space by the gigabyte, memory by the touch, a guard below each.
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

enum { MAX_ARENA_STACKS = 4096, MAX_ARENAS = 8192, COLOURS = 16, COLOUR_BYTES = 64 };
enum { STACK_LEAST = 128 * 1024, STACK_MOST = 1024 * 1024 * 1024 };

size_t stack_bytes = STACK_DEFAULT;
static uint32_t arena_stacks = MAX_ARENA_STACKS;  // stacks in one arena; read-only after stack_init

static struct lock arena_lock;             // a leaf
static char *_Atomic arenas[MAX_ARENAS];   // written under arena_lock
static _Atomic uint32_t narenas;
static _Atomic uint32_t arena_used;  // stacks taken of the last one; written under arena_lock
static bool guard_by_mprotect;             // under arena_lock

static bool guard_install(char *lo) {
  if (!guard_by_mprotect) {
    if (madvise(lo, STACK_GUARD, MADV_GUARD_INSTALL) == 0) return true;
    if (errno != EINVAL) return false;
    guard_by_mprotect = true;
  }
  return mprotect(lo, STACK_GUARD, PROT_NONE) == 0;
}

void stack_locks(void) { lock(&arena_lock); }
void stack_unlocks(void) { unlock(&arena_lock); }

// parse reads a number with K, M or G behind it; 0: it is none.
static size_t parse(const char *s) {
  char *end;
  errno = 0;
  unsigned long long n = strtoull(s, &end, 10);
  unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
  if (shift) end++;
  return errno || end == s || *end || *s == '-' || n > ((unsigned long long)STACK_MOST >> shift) ? 0 : n << shift;
}

void stack_init(void) {
  const char *s = getenv("CRUNSTACK");
  if (!s || !*s) return;
  size_t n = parse(s);
  if (n == 0) {
    errf("crun: CRUNSTACK=%s is not a size up to 1G (as 512K or 8M); using 256K\n", s);
    return;
  }
  for (stack_bytes = STACK_LEAST; stack_bytes < n;) stack_bytes *= 2;
  arena_stacks = (uint32_t)(((size_t)1 << 30) / stack_bytes);
  if (arena_stacks > MAX_ARENA_STACKS) arena_stacks = MAX_ARENA_STACKS;
}

// arena_grow maps room for ARENA_STACKS more stacks.
static bool arena_grow_locked(void) {
  uint32_t n = load_rlx(&narenas);
  if (n == MAX_ARENAS) {
    errno = ENOMEM;
    return false;
  }
  size_t bytes = arena_stacks * stack_bytes;
  char *a = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (a == MAP_FAILED) return false;
  madvise(a, bytes, MADV_NOHUGEPAGE);
  store_rlx(&arenas[n], a);
  store_rel(&narenas, n + 1);
  store_rlx(&arena_used, 0);
  return true;
}

// The G of the stack at lo, number i of its arena, lies below a colour: where frames begin differs, so
// that the hot lines of many goroutines do not fall into the same sets of the cache.
static struct g *g_at(char *lo, uint32_t i) {
  char *hi = lo + stack_bytes - i % COLOURS * COLOUR_BYTES;
  return (struct g *)(((uintptr_t)hi - sizeof(struct g)) & ~63ull);
}

struct g *stack_new(void) {
  struct g *gp = NULL;
  lock(&arena_lock);
  uint32_t used = load_rlx(&arena_used);
  if ((load_rlx(&narenas) && used < arena_stacks) || arena_grow_locked()) {
    used = load_rlx(&arena_used);
    char *lo = load_rlx(&arenas[load_rlx(&narenas) - 1]) + used * stack_bytes;
    if (guard_install(lo)) {
      gp = g_at(lo, used);
      gp->stack_end = lo + stack_bytes;
      gp->stack_lo = lo + STACK_GUARD;
      gp->stack_hi = (char *)gp;
      store_rlx(&gp->status, G_DEAD);
      store_rel(&arena_used, used + 1);
    }
  }
  unlock(&arena_lock);
  return gp;
}

void stack_trim(struct g *gp) {
  enum { KEEP = 32 * 1024, PAGE = 4096 };
  char *end = gp->stack_end - KEEP;
  unsigned char there = 0;
  if (mincore(end - PAGE, PAGE, &there) == 0 && (there & 1))
    madvise(gp->stack_lo, (size_t)(end - gp->stack_lo), MADV_DONTNEED);
}

void *stack_top(struct g *gp) { return (void *)((uintptr_t)gp & ~63ull); }

void stack_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  uint32_t n = load_acq(&narenas);
  for (uint32_t a = 0; a < n; a++) {
    uint32_t used = a + 1 < n ? arena_stacks : load_acq(&arena_used);
    for (uint32_t i = 0; i < used; i++) {
      struct g *gp = g_at(load_rlx(&arenas[a]) + i * stack_bytes, i);
      if (load_acq(&gp->status) != G_DEAD && gp->stack_hi) fn(gp, arg);
    }
  }
}

struct g *stack_in_guard(uintptr_t addr) {
  for (uint32_t a = 0, n = load_acq(&narenas); a < n; a++) {
    uintptr_t base = (uintptr_t)load_rlx(&arenas[a]);
    if (addr - base >= arena_stacks * stack_bytes) continue;
    uint32_t i = (uint32_t)((addr - base) / stack_bytes);
    uintptr_t lo = base + i * stack_bytes;
    return addr - lo < STACK_GUARD ? g_at((char *)lo, i) : NULL;
  }
  return NULL;
}
