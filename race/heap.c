// SPDX-License-Identifier: Apache-2.0
// heap.c: malloc and its family, standing before the C library's.
//
// What is allocated is fresh: no earlier access to the memory counts. What is freed is written: an
// access that is not ordered with the free is a race. A block is known by an entry in a table with one
// word for each 16 bytes of address space (touched where blocks begin) and, in the block's last 8 bytes,
// by who allocated it:
//
//     table[start / 16] = size 40 | context 23 | valid 1
//     | what the caller sees, size bytes | slack | goid 63, thread 1 |
//                                        end of the C library's block ^
//
// A block without an entry was made before the table or by the C library behind our back: it is passed on.
// Blocks of BIG bytes and more are in a list besides, so that to find the block of an address means to
// look back over BIG bytes at most.
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "alloc.h"
#include "race.h"
#include "self.h"
#include "shadow.h"
#include "spin.h"
#include "syncvar.h"

#define PUBLIC __attribute__((visibility("default")))
#define HERE (uintptr_t)__builtin_return_address(0)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);

enum { GRAIN = 16, FOOTER = 8, VALID = 1, CTX_SHIFT = 1, SIZE_SHIFT = 24, BIG = 256 * 1024 };
#define SIZE_LIMIT (1ull << 40)

static _Atomic uint64_t *_Atomic table;

static inline _Atomic uint64_t *entry_of(uintptr_t p) {
  return &atomic_load_explicit(&table, memory_order_relaxed)[(p & SHADOW_MASK) / GRAIN];
}

// ---- big blocks ------------------------------------------------------------------------------------

struct big {
  uintptr_t start, end;
  struct big *next;
};

static struct spin big_lock;   // a leaf but for the allocator
static struct big *bigs;       // under big_lock

static void big_add(uintptr_t start, size_t n) {
  struct big *b = race_alloc(sizeof *b);
  *b = (struct big){.start = start, .end = start + n};
  spin_lock(&big_lock);
  b->next = bigs;
  bigs = b;
  spin_unlock(&big_lock);
}

static void big_remove(uintptr_t start) {
  spin_lock(&big_lock);
  struct big **link = &bigs;
  while (*link && (*link)->start != start) link = &(*link)->next;
  struct big *b = *link;
  if (b) *link = b->next;
  spin_unlock(&big_lock);
  if (b) race_free(b, sizeof *b);
}

static uintptr_t big_find(uintptr_t addr) {
  spin_lock(&big_lock);
  struct big *b = bigs;
  while (b && (addr < b->start || addr >= b->end)) b = b->next;
  uintptr_t start = b ? b->start : 0;
  spin_unlock(&big_lock);
  return start;
}

// ---- entries ---------------------------------------------------------------------------------------

// whole_size is what the C library's block has room for: glibc keeps the chunk's size in the word before
// it, with flags in the low bits; a chunk with a mapping of its own has two words of overhead, others one.
static size_t whole_size(void *p) {
  size_t word = ((size_t *)p)[-1];
  return (word & ~(size_t)7) - (word & 2 ? 2 : 1) * sizeof(size_t);
}

static char *footer_of(void *p) { return (char *)p + whole_size(p) - FOOTER; }

static void begin(uint8_t *inside, int *error) {
  *inside = race_inside;
  *error = errno;
  race_inside = 1;
}

static void end(uint8_t inside, int error) {
  race_inside = inside;
  errno = error;
}

static void know(void *p, size_t n, uintptr_t pc) {
  race_g *g = race_inside ? NULL : race_cur;
  uint8_t inside;
  int error;
  begin(&inside, &error);
  ctx_id ctx = g && !race_hidden ? ctx_current(g, pc) : 0;
  uint64_t who = g ? g->info->goid << 1 | g->info->is_thread : 0;
  memcpy(footer_of(p), &who, sizeof who);
  shadow_clear((uintptr_t)p, n);
  atomic_store_explicit(entry_of((uintptr_t)p), (uint64_t)n << SIZE_SHIFT | (uint64_t)ctx << CTX_SHIFT | VALID,
                        memory_order_relaxed);
  if (n >= BIG) big_add((uintptr_t)p, n);
  end(inside, error);
}

static void *known(void *p, size_t n, uintptr_t pc) {
  if (p && atomic_load_explicit(&table, memory_order_relaxed) && n < SIZE_LIMIT) know(p, n, pc);
  return p;
}

// forget ends the block's life for the detector: a write at pc. It returns its size; SIZE_MAX: it is
// not known.
static size_t forget(void *p, uintptr_t pc) {
  if (!atomic_load_explicit(&table, memory_order_relaxed)) return SIZE_MAX;
  uint64_t e = atomic_exchange_explicit(entry_of((uintptr_t)p), 0, memory_order_relaxed);
  if (!(e & VALID)) return SIZE_MAX;
  size_t n = e >> SIZE_SHIFT;
  race_g *g = g_self();
  if (g && n) range_check(g, (uintptr_t)p, n, ACCESS_WRITE | ACCESS_FREE, pc);
  uint8_t inside;
  int error;
  begin(&inside, &error);
  if (n >= BIG) big_remove((uintptr_t)p);
  syncvar_forget((uintptr_t)p, n);
  end(inside, error);
  return n;
}

void heap_init(void) {
  atomic_store_explicit(&table, race_reserve((SHADOW_MASK + 8) / GRAIN * sizeof(uint64_t)), memory_order_relaxed);
}

static bool block_at(uintptr_t start, uintptr_t addr, struct heap_block *out) {
  uint64_t e = atomic_load_explicit(entry_of(start), memory_order_relaxed);
  size_t n = e >> SIZE_SHIFT;
  if (!(e & VALID) || addr - start >= (n ? n : 1)) return false;
  uint64_t who;
  memcpy(&who, footer_of((void *)start), sizeof who);
  *out = (struct heap_block){start, n, e >> CTX_SHIFT & (CTX_MAX - 1), who >> 1, who & 1};
  return true;
}

bool heap_find(uintptr_t addr, struct heap_block *out) {
  if (!atomic_load_explicit(&table, memory_order_relaxed)) return false;
  uintptr_t big = big_find(addr);
  if (big) return block_at(big, addr, out);
  uintptr_t start = addr & ~(uintptr_t)(GRAIN - 1);
  for (size_t back = 0; back < BIG && start >= GRAIN; back += GRAIN, start -= GRAIN)
    if (atomic_load_explicit(entry_of(start), memory_order_relaxed) & VALID) return block_at(start, addr, out);
  return false;
}

#ifndef __SANITIZE_ADDRESS__  // our unit tests under ASan keep its own malloc

// ---- the family --------------------------------------------------------------------------------------

static size_t padded(size_t n) { return n <= SIZE_MAX - FOOTER ? n + FOOTER : SIZE_MAX; }

PUBLIC void *malloc(size_t n) { return known(__libc_malloc(padded(n)), n, HERE); }

PUBLIC void *calloc(size_t n, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) bytes = SIZE_MAX;
  return known(__libc_calloc(1, padded(bytes)), bytes, HERE);
}

PUBLIC void free(void *p) {
  if (!p) return;
  forget(p, HERE);
  __libc_free(p);
}

static void *resize(void *p, size_t n, uintptr_t pc) {
  if (!p) return known(__libc_malloc(padded(n)), n, pc);
  size_t old = forget(p, pc);
  if (n == 0 && old != SIZE_MAX) {
    __libc_free(p);
    return NULL;
  }
  void *q = __libc_realloc(p, padded(n));
  if (!q) {  // p lives on
    if (old != SIZE_MAX) known(p, old, pc);
    return NULL;
  }
  known(q, n, pc);
  race_g *g = g_self();
  size_t kept = old < n ? old : n;
  if (g && old != SIZE_MAX && kept) range_check(g, (uintptr_t)q, kept, ACCESS_WRITE, pc);
  return q;
}

PUBLIC void *realloc(void *p, size_t n) { return resize(p, n, HERE); }

PUBLIC void *reallocarray(void *p, size_t n, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return resize(p, bytes, HERE);
}

static void *aligned(size_t align, size_t n, uintptr_t pc) {
  return known(__libc_memalign(align, padded(n)), n, pc);
}

PUBLIC void *memalign(size_t align, size_t n) { return aligned(align, n, HERE); }
PUBLIC void *aligned_alloc(size_t align, size_t n) { return aligned(align, n, HERE); }

PUBLIC int posix_memalign(void **out, size_t align, size_t n) {
  if (align % sizeof(void *) || !align || align & (align - 1)) return EINVAL;
  int error = errno;
  void *p = aligned(align, n, HERE);
  errno = error;
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

PUBLIC void *valloc(size_t n) { return aligned((size_t)sysconf(_SC_PAGESIZE), n, HERE); }

PUBLIC void *pvalloc(size_t n) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (n > SIZE_MAX - 2 * page) {
    errno = ENOMEM;
    return NULL;
  }
  return aligned(page, (n + page - 1) / page * page, HERE);
}

PUBLIC size_t malloc_usable_size(void *p) {
  if (!p) return 0;
  bool ours = atomic_load_explicit(&table, memory_order_relaxed) &&
              atomic_load_explicit(entry_of((uintptr_t)p), memory_order_relaxed) & VALID;
  return whole_size(p) - (ours ? FOOTER : 0);
}

// ---- mappings ------------------------------------------------------------------------------------------

// A new mapping is fresh memory, and so is what comes after an unmapped one.
static void fresh(void *p, size_t n) {
  uint8_t inside;
  int error;
  begin(&inside, &error);
  shadow_clear((uintptr_t)p, n);
  syncvar_forget((uintptr_t)p, n);
  end(inside, error);
}

PUBLIC void *mmap(void *want, size_t n, int prot, int flags, int fd, off_t at) {
  void *p = (void *)syscall(SYS_mmap, want, n, prot, flags, fd, at);
  if (p != MAP_FAILED && race_cur && !race_inside && !race_hidden) fresh(p, n);
  return p;
}
PUBLIC void *mmap64(void *want, size_t n, int prot, int flags, int fd, off_t at) __attribute__((alias("mmap")));

PUBLIC int munmap(void *p, size_t n) {
  race_g *g = g_self();
  if (g && n && ((uintptr_t)p & 4095) == 0) range_check(g, (uintptr_t)p, n, ACCESS_WRITE | ACCESS_FREE, HERE);
  return (int)syscall(SYS_munmap, p, n);
}

#endif
