// SPDX-License-Identifier: Apache-2.0
// elements.c: the check that compiled code makes in front of a loop, of all that the loop will access.
//
// The elements lie one behind the other (upwards or downwards), or apart, or over each other: what
// the plugin knows is their number and the distance; here it is seen what they are.
//
// A loop whose bound is garbage ends in a fault. So that its check ends too, it asks every REACH bytes
// whether there is any memory.
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "access.h"
#include "shadow.h"
#include "word.h"

#define ABI __attribute__((visibility("default")))

enum { REACH = 1 << 20, SHORT = 64 };  // bytes: of memory, and of a row

// one checks size bytes at addr, which do not leave their word.
static inline void one(race_g *g, uintptr_t addr, uint64_t bytes, unsigned flags, uintptr_t pc) {
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  if (word_hit(shadow_of(addr), want, hit_bits(flags & ACCESS_WRITE) | bytes)) return;
  access_check_within(g, addr, bytes | (flags & ACCESS_WRITE ? 0 : CELL_READ), pc);
}

static void apart(race_g *g, uintptr_t addr, size_t count, size_t size, ptrdiff_t stride, unsigned flags,
                  uintptr_t pc) {
  for (; count; count--, addr += stride) {
    if (addr % 8 + size <= 8) one(g, addr, (CELL_BYTES >> (8 - size)) << addr % 8, flags, pc);
    else range_check(g, addr, size, flags, pc);
  }
}

static bool is_mapped(uintptr_t addr) {
  unsigned char resident;
  int saved = errno;
  bool is = mincore((void *)(addr & ~4095ull), 1, &resident) == 0 || errno != ENOMEM;
  errno = saved;
  return is;
}

static void part(race_g *g, uintptr_t addr, size_t n, size_t size, ptrdiff_t stride, unsigned flags, uintptr_t pc) {
  ptrdiff_t each = size;
  if (stride == each) row_check(g, addr, n * size, size, flags, pc);
  else if (stride == -each) row_check(g, addr - (n - 1) * size, n * size, size, flags, pc);
  else apart(g, addr, n, size, stride, flags, pc);
}

static void elements(race_g *g, uintptr_t addr, size_t count, size_t size, ptrdiff_t stride, unsigned flags,
                     uintptr_t pc) {
  size_t distance = stride < 0 ? -stride : stride, most = REACH / (distance + !distance) + 1;
  for (bool first = true; count && (first || is_mapped(addr)); first = false) {
    size_t n = count < most ? count : most;
    part(g, addr, n, size, stride, flags, pc);
    addr += n * stride;
    count -= n;
  }
}

// words_hit: all of the n bytes at addr, whole words, hit.
static inline bool words_hit(race_g *g, uintptr_t addr, size_t n, unsigned flags) {
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  uint64_t relevant = hit_bits(flags & ACCESS_WRITE) | CELL_BYTES;
  for (const struct word *w = shadow_of(addr), *end = w + n / 8; w < end; w++)
    if (!word_hit(w, want, relevant)) return false;
  return true;
}

// rows checks elements as often as there are rows; distance is from one to the next.
static void rows(race_g *g, uintptr_t addr, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance,
                 unsigned flags, uintptr_t pc) {
  size_t apart = distance < 0 ? -distance : distance, most = REACH / (apart + !apart) + 1, left = most;
  bool whole = stride == (ptrdiff_t)size && (addr | count * size | distance) % 8 == 0 && count <= SHORT / size;
  for (; n; n--, addr += distance) {
    if (!left--) {
      if (!is_mapped(addr)) return;
      left = most - 1;
    }
    if (whole && words_hit(g, addr, count * size, flags)) continue;
    elements(g, addr, count, size, stride, flags, pc);
  }
}

#define HERE (uintptr_t)__builtin_return_address(0)

ABI void __crun_read_elements(void *p, size_t count, size_t size, ptrdiff_t stride);
ABI void __crun_write_elements(void *p, size_t count, size_t size, ptrdiff_t stride);

void __crun_read_elements(void *p, size_t count, size_t size, ptrdiff_t stride) {
  if (race_cur) elements(race_cur, (uintptr_t)p, count, size, stride, ACCESS_READ, HERE);
}

void __crun_write_elements(void *p, size_t count, size_t size, ptrdiff_t stride) {
  if (race_cur) elements(race_cur, (uintptr_t)p, count, size, stride, ACCESS_WRITE, HERE);
}

ABI void __crun_read_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance);
ABI void __crun_write_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance);

void __crun_read_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance) {
  if (race_cur) rows(race_cur, (uintptr_t)p, count, size, stride, n, distance, ACCESS_READ, HERE);
}

void __crun_write_rows(void *p, size_t count, size_t size, ptrdiff_t stride, size_t n, ptrdiff_t distance) {
  if (race_cur) rows(race_cur, (uintptr_t)p, count, size, stride, n, distance, ACCESS_WRITE, HERE);
}
