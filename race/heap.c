// SPDX-License-Identifier: Apache-2.0
// heap.c: malloc and its family, standing before the C library's.
//
// What is allocated is fresh: no earlier access to the memory counts. What is freed is written: an
// access that is not ordered with the free is a race. The blocks are in the table of block_table.h; one that is
// freed stays known there, and a report of a free that came too early names it.
//
// A block without an entry was made before the table or by the C library behind our back: it is passed
// on. Entries are written by who allocates and who frees, which the program orders or else the race
// is reported; reports read them at any time and check what they read.
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "alloc.h"
#include "block_table.h"
#include "hidden_heap.h"
#include "inside.h"
#include "race.h"
#include "self.h"
#include "shadow.h"
#include "syncvar.h"
#include "word.h"

#define PUBLIC __attribute__((visibility("default")))
#define HERE (uintptr_t)__builtin_return_address(0)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);

enum { SMALL = 1024 };
_Static_assert((int)PLACE_BITS == (int)CTX_BITS, "a context fits the table");

void heap_init(void) {
  hidden_heap_init();
  if (!block_table_init()) race_fatal("out of memory");
}

// ---- finding a block -------------------------------------------------------------------------------

// block_at fills out if the block that begins at start, live or freed, holds addr.
static bool block_at(uintptr_t start, uintptr_t addr, struct heap_block *out) {
  uint64_t e, second;
  if (!block_read(start, &e, &second)) return false;
  size_t n = e >> SIZE_SHIFT;
  if (addr - start >= (n ? n : 1)) return false;
  *out = (struct heap_block){
      .start = start,
      .size = n,
      .allocated = e >> CTX_SHIFT & (CTX_MAX - 1),
      .goid = second >> GOID_SHIFT & GOID_MAX,
      .is_thread = second >> THREAD_SHIFT & 1,
      .is_freed = (e & TAG) == FREED,
      .freed = (e & TAG) == FREED ? second >> FREED_SHIFT : 0,
  };
  return true;
}

// each calls fn for the blocks that hold addr, the one that begins last first, until fn says true.
static bool each(uintptr_t addr, bool (*fn)(const struct heap_block *b, void *arg), void *arg) {
  if (!atomic_load_explicit(&block_table, memory_order_relaxed) || hidden_owns((void *)addr)) return false;
  struct heap_block b;
  uintptr_t first = addr >> REGION_SHIFT << REGION_SHIFT, start = addr & ~(uintptr_t)(GRAIN - 1);
  for (;; start -= GRAIN) {
    if (block_at(start, addr, &b) && fn(&b, arg)) return true;
    if (start == first) break;
  }
  start = atomic_load_explicit(&block_reaching[region_of(addr)], memory_order_relaxed);
  return start && start < first && block_at(start, addr, &b) && fn(&b, arg);
}

struct search {
  struct heap_block *out;
  bool found;
};

// is_live ends the search at a live block; the first freed one is kept meanwhile.
static bool is_live(const struct heap_block *b, void *arg) {
  struct search *s = arg;
  if (!b->is_freed || !s->found) *s->out = *b;
  s->found = true;
  return !b->is_freed;
}

struct freed_search {
  ctx_id ctx;
  struct heap_block *out;
};

static bool is_freed_at(const struct heap_block *b, void *arg) {
  struct freed_search *s = arg;
  if (!b->is_freed || b->freed != s->ctx) return false;
  *s->out = *b;
  return true;
}

bool heap_find(uintptr_t addr, struct heap_block *out) {
  struct search s = {.out = out};
  each(addr, is_live, &s);
  return s.found;
}

bool heap_find_freed(uintptr_t addr, ctx_id ctx, struct heap_block *out) {
  struct freed_search s = {ctx, out};
  return ctx && each(addr, is_freed_at, &s);
}

#ifndef __SANITIZE_ADDRESS__  // our unit tests under ASan keep its own malloc

// ---- the life of a block ----------------------------------------------------------------------------

static void begin(uint8_t *inside, int *error) {
  *inside = race_inside;
  *error = errno;
  inside_begin();
}

static void end(uint8_t inside, int error) {
  inside_leave(inside);
  errno = error;
}

// fresh clears the shadow of a new block. A small one in one page is done here: its last word belongs to
// no other block.
static void fresh(uintptr_t p, size_t n) {
  if (n > SMALL || (p ^ (p + n)) / SHADOW_PAGE_APP) {
    shadow_clear(p, n);
    return;
  }
  if (!page_is_touched(p)) {
    if (page_is_folded(p)) shadow_clear(p, n);
    return;
  }
  page_lock(p);
  for (struct word *w = shadow_of(p), *last = w + (n + 7) / 8; w < last; w++) {
    uint64_t c1 = word_get(w, 1);
    if (__builtin_expect(cell_is_node(c1), 0)) {
      word_clear(w, CELL_BYTES);
    } else {
      word_set(w, 0, 0);
      word_set(w, 1, 0);
    }
  }
  page_unlock(p);
}

static void know(uintptr_t p, size_t n, uintptr_t pc) {
  race_g *g = g_self();
  uint8_t inside;
  int error;
  begin(&inside, &error);
  ctx_id ctx = g ? ctx_current(g, pc) : 0;
  uint64_t who = g && g->info->goid <= GOID_MAX ? g->info->goid << GOID_SHIFT | (uint64_t)g->info->is_thread << THREAD_SHIFT : 0;
  fresh(p, n);
  block_enter(p, n, ctx, who);
  end(inside, error);
}

static void *known(void *p, size_t n, uintptr_t pc) {
  if (p && atomic_load_explicit(&block_table, memory_order_relaxed) && n < SIZE_LIMIT) know((uintptr_t)p, n, pc);
  return p;
}

// live_size is the size that a live block was asked for; SIZE_MAX: it is not known.
static size_t live_size(uintptr_t p) {
  if (!atomic_load_explicit(&block_table, memory_order_relaxed)) return SIZE_MAX;
  uint64_t e = entry_get(p);
  return (e & TAG) == LIVE ? e >> SIZE_SHIFT : SIZE_MAX;
}

// forget ends the block's life for the detector: a write at pc. It returns its size; SIZE_MAX: it is
// not known. The block is live while it is checked, so that a report can name it.
static size_t forget(uintptr_t p, uintptr_t pc) {
  size_t n = live_size(p);
  if (n == SIZE_MAX) return n;
  race_g *g = g_self();
  if (g && n) range_check(g, p, n, ACCESS_WRITE | ACCESS_FREE, pc);
  uint8_t inside;
  int error;
  begin(&inside, &error);
  ctx_id ctx = g ? ctx_current(g, pc) : 0;
  block_leave(p, ctx);
  syncvar_forget(p, n);
  end(inside, error);
  return n;
}

// revive takes a forget back.
static void revive(uintptr_t p) { entry_set(p, (entry_get(p) & ~(uint64_t)TAG) | LIVE); }

// ---- the family --------------------------------------------------------------------------------------

// hidden: this thread's blocks come from race/'s own memory now. Rare.
static inline bool hidden(void) {
  return __builtin_expect(race_hidden != 0, 0) && atomic_load_explicit(&block_table, memory_order_relaxed);
}

static void *out_of_memory(void *p) {
  if (!p) errno = ENOMEM;
  return p;
}

PUBLIC void *malloc(size_t n) {
  if (hidden()) return out_of_memory(hidden_alloc(n, 16));
  return known(__libc_malloc(n), n, HERE);
}

PUBLIC void *calloc(size_t n, size_t size) {
  size_t bytes;
  if (!hidden()) return known(__libc_calloc(n, size), n * size, HERE);
  void *p = __builtin_mul_overflow(n, size, &bytes) ? NULL : hidden_alloc(bytes, 16);
  return out_of_memory(p ? memset(p, 0, bytes) : NULL);
}

PUBLIC void free(void *p) {
  if (!p) return;
  if (hidden_owns(p)) {
    hidden_free(p);
    return;
  }
  forget((uintptr_t)p, HERE);
  __libc_free(p);
}

// resize_hidden is realloc for a block that is race/'s own.
static void *resize_hidden(void *p, size_t n) {
  size_t old = p ? hidden_size(p) : 0;
  if (p && n && n <= old) return p;
  void *q = n || !p ? hidden_alloc(n, 16) : NULL;
  if (n && !q) return out_of_memory(NULL);
  if (p && n) memcpy(q, p, old);
  if (p) hidden_free(p);
  return q;
}

// resize is realloc at pc: the old block is freed and a new one allocated, even if it is in place; what is
// kept was written.
static void *resize(void *p, size_t n, uintptr_t pc) {
  if (p ? hidden_owns(p) : hidden()) return resize_hidden(p, n);
  if (!p) return known(__libc_malloc(n), n, pc);
  block_moving++;
  size_t old = forget((uintptr_t)p, pc);
  void *q = __libc_realloc(p, n);
  if (!q && n && old != SIZE_MAX) revive((uintptr_t)p);
  known(q, n, pc);
  block_moving--;
  if (!q) return NULL;
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
  if (hidden()) return out_of_memory(hidden_alloc(n, align));
  return known(__libc_memalign(align, n), n, pc);
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

// chunk_size is what a block of the C library's that we do not know has room for: glibc keeps the
// chunk's size in the word before it, with flags in the low bits; a chunk with a mapping of its own has two
// words of overhead, others one.
static size_t chunk_size(void *p) {
  size_t word = ((size_t *)p)[-1];
  return (word & ~(size_t)7) - (word & 2 ? 2 : 1) * sizeof(size_t);
}

// What is usable is what was asked for: beyond it the shadow may remember the memory's earlier life.
PUBLIC size_t malloc_usable_size(void *p) {
  if (!p) return 0;
  if (hidden_owns(p)) return hidden_size(p);
  size_t n = live_size((uintptr_t)p);
  return n != SIZE_MAX ? n : chunk_size(p);
}

// ---- mappings ------------------------------------------------------------------------------------------

// A new mapping is fresh memory; what is unmapped is written, as if freed.
static void mapped(void *p, size_t n) {
  uint8_t inside;
  int error;
  begin(&inside, &error);
  shadow_clear((uintptr_t)p, n);
  syncvar_forget((uintptr_t)p, n);
  end(inside, error);
}

static void unmapped(void *p, size_t n, uintptr_t pc) {
  race_g *g = g_self();
  if (!g || !n || (uintptr_t)p % 4096) return;
  range_check(g, (uintptr_t)p, n, ACCESS_WRITE | ACCESS_FREE, pc);
  uint8_t inside;
  int error;
  begin(&inside, &error);
  syncvar_forget((uintptr_t)p, n);
  end(inside, error);
}

PUBLIC void *mmap(void *want, size_t n, int prot, int flags, int fd, off_t at) {
  if (flags & MAP_FIXED && !(flags & MAP_FIXED_NOREPLACE & ~MAP_FIXED)) unmapped(want, n, HERE);  // what lies there is gone
  void *p = (void *)syscall(SYS_mmap, want, n, prot, flags, fd, at);
  if (p != MAP_FAILED && g_self()) mapped(p, n);
  return p;
}
PUBLIC void *mmap64(void *want, size_t n, int prot, int flags, int fd, off_t at) __attribute__((alias("mmap")));

PUBLIC int munmap(void *p, size_t n) {
  unmapped(p, n, HERE);
  return (int)syscall(SYS_munmap, p, n);
}

// moved moves a mapping to a place that is chosen first, for the old one is told of while it is still there:
// behind the call it may be another thread's.
static void *moved(void *old, size_t old_n, size_t n, uintptr_t pc) {
  void *to = (void *)syscall(SYS_mmap, NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (to == MAP_FAILED) return to;
  unmapped(old, old_n, pc);
  mapped(to, n);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, MREMAP_MAYMOVE | MREMAP_FIXED, to);
  int error = errno;
  if (p == MAP_FAILED) syscall(SYS_munmap, to, n);
  errno = error;
  return p;
}

// grown changes the end of a mapping where it lies.
static void *grown(void *old, size_t old_n, size_t n, uintptr_t pc) {
  if (n < old_n) unmapped((char *)old + n, old_n - n, pc);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, 0, NULL);
  if (p != MAP_FAILED && n > old_n) mapped((char *)old + old_n, n - old_n);
  return p;
}

PUBLIC void *mremap(void *old, size_t old_n, size_t n, int flags, ...) {
  va_list ap;
  va_start(ap, flags);
  void *want = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
  va_end(ap);
  if (g_self() && old_n && !(flags & ~MREMAP_MAYMOVE)) {
    void *p = grown(old, old_n, n, HERE);
    return p == MAP_FAILED && errno == ENOMEM && flags ? moved(old, old_n, n, HERE) : p;
  }
  if (flags & MREMAP_FIXED) unmapped(old, old_n, HERE);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, flags, want);
  if (p != MAP_FAILED && g_self()) mapped(p, n);
  return p;
}

#endif
