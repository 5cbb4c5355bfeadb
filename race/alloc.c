// SPDX-License-Identifier: Apache-2.0
// alloc.c: race/'s allocator: size classes carved from one reservation, free lists, large mappings.
//
// Invariants: 1. a block on a free list is not zero, a carved one is; so zeroing happens on reuse only.
//   2. a block's class follows from the size its owner says, so there are no headers.
// Lock: one spin lock a class, leaf; the span lock inside it.
#include "alloc.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spin.h"

enum {
  CLASSES = 22,               // 16, then 32, 48, 64, 96, 128, ... 32768
  LARGEST = 32768,
  SPAN = 64 * 1024,
};

#define ARENA (64ull << 30)

struct free_block {
  struct free_block *next;
};

struct class {
  _Alignas(64) struct spin lock;
  struct free_block *free;  // under lock
  char *bump, *end;         // under lock: what is left of the class's span
  size_t out;               // under lock: bytes handed out
};

static struct class classes[CLASSES];
static struct spin span_lock;
static char *arena, *arena_end;  // under span_lock
static size_t large_bytes;       // atomic

_Noreturn void race_fatal(const char *what) {
  static const char head[] = "fatal error: race detector: ";
  ssize_t n = write(2, head, sizeof head - 1);
  n = write(2, what, strlen(what));
  n = write(2, "\n", 1);
  (void)n;
  _exit(2);
}

void *race_reserve(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) race_fatal("out of memory");
  madvise(p, n, MADV_DONTDUMP);
  return p;
}

// class_of: 0 for 16; then two classes for each power of two: 2^k and 1.5 * 2^k.
static unsigned class_of(size_t n) {
  if (n <= 16) return 0;
  unsigned k = 63 - __builtin_clzll(n - 1);  // 2^k < n <= 2^(k+1)
  bool low = n <= (3ull << k) / 2;           // fits 1.5 * 2^k
  return k == 4 ? 1 : 2 * (k - 4) + (low ? 0 : 1);
}

static size_t class_size(unsigned c) {
  if (c == 0) return 16;
  if (c == 1) return 32;
  unsigned k = c / 2 + 4;
  return c % 2 ? 2ull << k : (3ull << k) / 2;
}

static char *span_new(void) {
  spin_lock(&span_lock);
  if (arena == arena_end) {
    arena = race_reserve(ARENA);
    madvise(arena, ARENA, MADV_NOHUGEPAGE);
    arena_end = arena + ARENA;
  }
  char *p = arena;
  arena += SPAN;
  spin_unlock(&span_lock);
  return p;
}

static void *carve_locked(struct class *c, size_t size) {
  if ((size_t)(c->end - c->bump) < size) {
    c->bump = span_new();
    c->end = c->bump + SPAN;
  }
  void *p = c->bump;
  c->bump += size;
  return p;
}

static void *large_alloc(size_t n) {
  __atomic_fetch_add(&large_bytes, n, __ATOMIC_RELAXED);
  return race_reserve(n);
}

void *race_alloc(size_t n) {
  if (n > LARGEST) return large_alloc(n);
  unsigned i = class_of(n);
  size_t size = class_size(i);
  struct class *c = &classes[i];
  spin_lock(&c->lock);
  struct free_block *b = c->free;
  void *p = b;
  if (b)
    c->free = b->next;
  else
    p = carve_locked(c, size);
  c->out += size;
  spin_unlock(&c->lock);
  return b ? memset(p, 0, size) : p;
}

void race_free(void *p, size_t n) {
  if (!p) return;
  if (n > LARGEST) {
    __atomic_fetch_sub(&large_bytes, n, __ATOMIC_RELAXED);
    munmap(p, n);
    return;
  }
  unsigned i = class_of(n);
  struct class *c = &classes[i];
  struct free_block *b = p;
  spin_lock(&c->lock);
  b->next = c->free;
  c->free = b;
  c->out -= class_size(i);
  spin_unlock(&c->lock);
}

size_t race_alloc_bytes(void) {
  size_t n = __atomic_load_n(&large_bytes, __ATOMIC_RELAXED);
  for (int i = 0; i < CLASSES; i++) {
    spin_lock(&classes[i].lock);
    n += classes[i].out;
    spin_unlock(&classes[i].lock);
  }
  return n;
}

void race_alloc_lock_all(void) {
  for (int i = 0; i < CLASSES; i++) spin_lock(&classes[i].lock);
  spin_lock(&span_lock);
}

void race_alloc_unlock_all(void) {
  spin_unlock(&span_lock);
  for (int i = CLASSES; i-- > 0;) spin_unlock(&classes[i].lock);
}
