// SPDX-License-Identifier: Apache-2.0
// alloc.c: race/'s allocator: size classes carved from one reservation, free lists, large mappings.
//
// Invariants: 1. a block on a free list is not zero, a carved one is; so zeroing happens on reuse only.
//   2. a block's class follows from the size its owner says, so there are no headers.
//   3. the small classes have a few free blocks at each thread's hand, with no lock.
// Lock: one spin lock a class, leaf; the span lock inside it. race_inside covers a thread's own blocks.
#include "alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "block_table.h"
#include "g.h"
#include "inside.h"
#include "kernel.h"
#include "reserve.h"
#include "spin.h"

enum {
  CLASSES = 22,               // 16, then 32, 48, 64, 96, 128, ... 32768
  LARGEST = 32768,
  SPAN = 64 * 1024,
  SMALL_CLASSES = 9,          // up to 256 bytes
  AT_HAND = 16,
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

// What this thread freed last and did not give back yet.
static _Thread_local struct {
  struct free_block *free[SMALL_CLASSES];
  uint8_t n[SMALL_CLASSES];
} hand __attribute__((tls_model("local-exec")));

_Noreturn void race_fatal(const char *what) {
  static const char head[] = "fatal error: race detector: ";
  ssize_t n = kernel_write(2, head, sizeof head - 1);
  n = kernel_write(2, what, strlen(what));
  n = kernel_write(2, "\n", 1);
  (void)n;
  _exit(2);
}

void *race_reserve(size_t n) {
  void *p = reserve(NULL, n);
  if (!p) race_fatal("out of memory");
  block_own_add(p, n);
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
  reserve_commit(p, SPAN);
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
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) race_fatal("out of memory");
  madvise(p, n, MADV_DONTDUMP);
  block_own_add(p, n);
  return p;
}

// class_take returns a block of class i; *dirty: it was used before.
static void *class_take(unsigned i, bool *dirty) {
  struct class *c = &classes[i];
  spin_lock(&c->lock);
  struct free_block *b = c->free;
  void *p = b;
  if (b) c->free = b->next;
  else p = carve_locked(c, class_size(i));
  c->out += class_size(i);
  spin_unlock(&c->lock);
  *dirty = b != NULL;
  return p;
}

static void class_give(unsigned i, struct free_block *b) {
  struct class *c = &classes[i];
  spin_lock(&c->lock);
  b->next = c->free;
  c->free = b;
  c->out -= class_size(i);
  spin_unlock(&c->lock);
}

static inline void *take(unsigned i, bool *dirty) {
  uint8_t inside = inside_enter();
  void *p;
  if (i < SMALL_CLASSES && hand.n[i]) {
    struct free_block *b = hand.free[i];
    hand.free[i] = b->next;
    hand.n[i]--;
    *dirty = true;
    p = b;
  } else {
    p = class_take(i, dirty);
  }
  inside_leave(inside);
  return p;
}

static inline void give(unsigned i, struct free_block *b) {
  uint8_t inside = inside_enter();
  if (i < SMALL_CLASSES && hand.n[i] < AT_HAND) {
    b->next = hand.free[i];
    hand.free[i] = b;
    hand.n[i]++;
  } else {
    class_give(i, b);
  }
  inside_leave(inside);
}

void *race_alloc(size_t n) {
  if (n > LARGEST) return large_alloc(n);
  unsigned i = class_of(n);
  bool dirty;
  void *p = take(i, &dirty);
  return dirty ? memset(p, 0, class_size(i)) : p;
}

void *race_alloc_dirty(size_t n) {
  if (n > LARGEST) return large_alloc(n);
  bool dirty;
  return take(class_of(n), &dirty);
}

void race_free(void *p, size_t n) {
  if (!p) return;
  if (n <= LARGEST) {
    give(class_of(n), p);
    return;
  }
  __atomic_fetch_sub(&large_bytes, n, __ATOMIC_RELAXED);
  block_own_remove(p);
  munmap(p, n);
}

void race_alloc_thread_end(void) {
  for (unsigned i = 0; i < SMALL_CLASSES; i++)
    while (hand.n[i]) {
      struct free_block *b = hand.free[i];
      hand.free[i] = b->next;
      hand.n[i]--;
      class_give(i, b);
    }
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
