// SPDX-License-Identifier: Apache-2.0
// heap.c: malloc and its family for programs built with -leak and without -race: they note where blocks lie.
//
// Each call is the C library's; what it gives out is entered in the table of block_table.h. A block's size is what
// it has room for, since malloc_usable_size lets the program use all of it. The first call makes the table: that is
// the dynamic linker's, before any constructor, so nothing may be used here that needs to be initialized. Without
// address space for the table (ulimit -v) the program runs as ever, and nothing is known.
//
// There is no lock: who allocates and who frees a block are ordered by the program.
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include "block_table.h"

#define PUBLIC __attribute__((visibility("default")))

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);

enum { UNMADE, BEING_MADE, MADE, IMPOSSIBLE };
static _Atomic uint32_t state;

// A second thread that comes meanwhile goes without: there is none before the first allocation.
static __attribute__((noinline)) void make_table_slow(void) {
  uint32_t unmade = UNMADE;
  if (atomic_load_explicit(&state, memory_order_relaxed) != UNMADE) return;
  if (!atomic_compare_exchange_strong(&state, &unmade, BEING_MADE)) return;
  int error = errno;
  bool made = block_table_init();
  errno = error;
  atomic_store(&state, made ? MADE : IMPOSSIBLE);
}

static inline void make_table(void) {
  if (__builtin_expect(!atomic_load_explicit(&block_table, memory_order_relaxed), 0)) make_table_slow();
}

// room is what glibc says in the word before a block, less its own overhead.
static size_t room(const void *p) {
  size_t word = ((const size_t *)p)[-1];
  return (word & ~(size_t)7) - (word & 2 ? 2 : 1) * sizeof(size_t);
}

static inline void *known(void *p) {
  if (p && atomic_load_explicit(&block_table, memory_order_relaxed)) block_enter((uintptr_t)p, room(p), 0, 0);
  return p;
}

static inline void forget(void *p) {
  if (atomic_load_explicit(&block_table, memory_order_relaxed)) entry_set((uintptr_t)p, NOTHING);
}

// The table comes before the first block, and so before the heap grows: it notes where that begins.
PUBLIC void *malloc(size_t n) {
  make_table();
  return known(__libc_malloc(n));
}

PUBLIC void *calloc(size_t n, size_t size) {
  make_table();
  return known(__libc_calloc(n, size));
}

PUBLIC void free(void *p) {
  if (!p) return;
  forget(p);
  __libc_free(p);
}

PUBLIC void *realloc(void *p, size_t n) {
  if (!p) return malloc(n);
  block_moving++;
  forget(p);
  void *q = __libc_realloc(p, n);
  if (q) known(q);
  else if (n) known(p);  // it stays as it was
  block_moving--;
  return q;
}

PUBLIC void *reallocarray(void *p, size_t n, size_t size) {
  size_t bytes;
  if (!__builtin_mul_overflow(n, size, &bytes)) return realloc(p, bytes);
  errno = ENOMEM;
  return NULL;
}

PUBLIC void *memalign(size_t align, size_t n) {
  make_table();
  return known(__libc_memalign(align, n));
}

PUBLIC void *aligned_alloc(size_t align, size_t n) { return memalign(align, n); }

PUBLIC int posix_memalign(void **out, size_t align, size_t n) {
  if (align % sizeof(void *) || !align || align & (align - 1)) return EINVAL;
  int error = errno;
  void *p = memalign(align, n);
  errno = error;
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

PUBLIC void *valloc(size_t n) { return memalign((size_t)sysconf(_SC_PAGESIZE), n); }

PUBLIC void *pvalloc(size_t n) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (n <= SIZE_MAX - 2 * page) return memalign(page, (n + page - 1) / page * page);
  errno = ENOMEM;
  return NULL;
}
