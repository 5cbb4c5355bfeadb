// SPDX-License-Identifier: Apache-2.0
// hidden_heap.c: one region; blocks of powers of two, free ones in a list for each power.
//
//     | ... | class | block ...        the 8 bytes before a block say its class
//
// Lock: hidden, a leaf.
#include "hidden_heap.h"

#include <pthread.h>
#include <stdint.h>

#include "alloc.h"
#include "block_table.h"
#include "reserve.h"
#include "spin.h"

enum { SMALLEST = 5, CLASSES = 40, HEAD = 16 };
#define REGION (64ull << 30)

static char *region, *next;  // next: under hidden
static struct spin hidden;
static void *free_blocks[CLASSES];  // under hidden

bool hidden_owns(const void *p) { return region && (uintptr_t)p - (uintptr_t)region < REGION; }

static uint64_t *class_of(const void *p) { return (uint64_t *)p - 1; }

static void *carve_locked(size_t n, size_t align) {
  uintptr_t p = ((uintptr_t)next + HEAD + align - 1) & ~(align - 1);
  if (p + n > (uintptr_t)region + REGION) return NULL;
  next = (char *)(p + n);
  reserve_commit((void *)(p - HEAD), n + HEAD);
  return (void *)p;
}

void *hidden_alloc(size_t n, size_t align) {
  if (!region || n > REGION / 4 || align > REGION / 4) return NULL;
  if (align < 16) align = 16;
  unsigned k = SMALLEST;
  while (1ull << k < n) k++;
  spin_lock(&hidden);
  void *p = NULL;
  if (align == 16 && free_blocks[k]) {
    p = free_blocks[k];
    free_blocks[k] = *(void **)p;
  } else if ((p = carve_locked(1ull << k, align))) {
    *class_of(p) = k;
  }
  spin_unlock(&hidden);
  if (p && block_table) block_enter((uintptr_t)p, 1ull << k, 0, 0);
  return p;
}

void hidden_free(void *p) {
  uint64_t k = *class_of(p);
  if (block_table) entry_set((uintptr_t)p, NOTHING);
  spin_lock(&hidden);
  *(void **)p = free_blocks[k];
  free_blocks[k] = p;
  spin_unlock(&hidden);
}

size_t hidden_size(const void *p) { return 1ull << *class_of(p); }

static void lock_all(void) { spin_lock(&hidden); }
static void unlock_all(void) { spin_unlock(&hidden); }

void hidden_heap_init(void) {
  region = next = race_reserve(REGION);
  block_heap_hidden(region, REGION);
  pthread_atfork(lock_all, unlock_all, unlock_all);
}
