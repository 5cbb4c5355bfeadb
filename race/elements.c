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

enum { REACH = 1 << 20 };

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

static void elements(uintptr_t addr, size_t count, size_t size, ptrdiff_t stride, unsigned flags, uintptr_t pc) {
  race_g *g = race_cur;
  if (!g) return;
  size_t distance = stride < 0 ? -stride : stride, most = REACH / (distance + !distance) + 1;
  for (bool first = true; count && (first || is_mapped(addr)); first = false) {
    size_t n = count < most ? count : most;
    part(g, addr, n, size, stride, flags, pc);
    addr += n * stride;
    count -= n;
  }
}

#define HERE (uintptr_t)__builtin_return_address(0)

ABI void __crun_read_elements(void *p, size_t count, size_t size, ptrdiff_t stride);
ABI void __crun_write_elements(void *p, size_t count, size_t size, ptrdiff_t stride);

void __crun_read_elements(void *p, size_t count, size_t size, ptrdiff_t stride) {
  elements((uintptr_t)p, count, size, stride, ACCESS_READ, HERE);
}

void __crun_write_elements(void *p, size_t count, size_t size, ptrdiff_t stride) {
  elements((uintptr_t)p, count, size, stride, ACCESS_WRITE, HERE);
}
