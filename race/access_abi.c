// SPDX-License-Identifier: Apache-2.0
// access_abi.c: the entry points that instrumented code calls for memory and frames (the __tsan_* ABI
// of clang and gcc). Everything else they need is out of line.
//
// A hit is decided here: no lock, no store, no division of labour with memory's other users. access.c
// says why that is sound, word.h what is compared.
#include <stdatomic.h>
#include <stddef.h>

#include "access.h"
#include "epoch.h"
#include "frame.h"
#include "init.h"
#include "shadow.h"
#include "word.h"

#define ABI __attribute__((visibility("default")))
#define HOT static inline __attribute__((always_inline))

// within checks an access of size bytes at a that does not leave its word.
HOT void within(uintptr_t a, unsigned size, unsigned flags, uintptr_t pc) {
  race_g *g = race_cur;
  if (__builtin_expect(!g, 0)) return;
  uint64_t bytes = size == 8 ? CELL_BYTES : (uint64_t)((1u << size) - 1) << (a & 7);
  uint64_t relevant = hit_bits(flags & ACCESS_WRITE) | bytes;
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  struct word *w = shadow_of(a);
  if (__builtin_expect(word_hit(w, want, relevant), 1)) return;
  if (flags & ACCESS_WRITE) access_check_word(g, a, bytes, pc, w);
  else access_read_word(g, a, bytes | CELL_READ, pc, w);
}

// across checks an access of size bytes (at most 16) at any a: one, two or three words.
HOT void across(uintptr_t a, unsigned size, unsigned flags, uintptr_t pc) {
  race_g *g = race_cur;
  if (__builtin_expect(!g, 0)) return;
  uint32_t bytes = ((1u << size) - 1) << (a & 7);
  uint64_t relevant = hit_bits(flags & ACCESS_WRITE);
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  const struct word *w = shadow_of(a);
  if (word_hit(w, want, relevant | (bytes & CELL_BYTES)) &&
      (!(bytes >> 8) || word_hit(w + 1, want, relevant | (bytes >> 8 & CELL_BYTES))) &&
      (!(bytes >> 16) || word_hit(w + 2, want, relevant | bytes >> 16)))
    return;
  access_check_across(g, a, size, flags & ACCESS_WRITE ? 0 : CELL_READ, pc);
}

#define HERE (uintptr_t)__builtin_return_address(0)

#define WITHIN(size)                                                                                          \
  ABI void __tsan_read##size(void *p) { within((uintptr_t)p, size, ACCESS_READ, HERE); }                      \
  ABI void __tsan_write##size(void *p) { within((uintptr_t)p, size, ACCESS_WRITE, HERE); }                    \
  ABI void __tsan_read_write##size(void *p) { within((uintptr_t)p, size, ACCESS_WRITE, HERE); }               \
  ABI void __tsan_volatile_read##size(void *p) { within((uintptr_t)p, size, ACCESS_READ, HERE); }             \
  ABI void __tsan_volatile_write##size(void *p) { within((uintptr_t)p, size, ACCESS_WRITE, HERE); }           \
  ABI void __tsan_read##size##_pc(void *p, void *pc) { within((uintptr_t)p, size, ACCESS_READ, (uintptr_t)pc); } \
  ABI void __tsan_write##size##_pc(void *p, void *pc) { within((uintptr_t)p, size, ACCESS_WRITE, (uintptr_t)pc); }

#define ACROSS(size, name)                                                                          \
  ABI void __tsan_##name##read##size(void *p) { across((uintptr_t)p, size, ACCESS_READ, HERE); }    \
  ABI void __tsan_##name##write##size(void *p) { across((uintptr_t)p, size, ACCESS_WRITE, HERE); }  \
  ABI void __tsan_##name##read_write##size(void *p) { across((uintptr_t)p, size, ACCESS_WRITE, HERE); }

#define ACROSS_VOLATILE(size)                                                                                \
  ABI void __tsan_unaligned_volatile_read##size(void *p) { across((uintptr_t)p, size, ACCESS_READ, HERE); }  \
  ABI void __tsan_unaligned_volatile_write##size(void *p) { across((uintptr_t)p, size, ACCESS_WRITE, HERE); }

WITHIN(1)
WITHIN(2)
WITHIN(4)
WITHIN(8)
ACROSS(16, )
ACROSS(2, unaligned_)
ACROSS(4, unaligned_)
ACROSS(8, unaligned_)
ACROSS(16, unaligned_)
ACROSS_VOLATILE(2)
ACROSS_VOLATILE(4)
ACROSS_VOLATILE(8)
ACROSS_VOLATILE(16)

ABI void __tsan_volatile_read16(void *p) { across((uintptr_t)p, 16, ACCESS_READ, HERE); }
ABI void __tsan_volatile_write16(void *p) { across((uintptr_t)p, 16, ACCESS_WRITE, HERE); }
ABI void __tsan_read16_pc(void *p, void *pc) { across((uintptr_t)p, 16, ACCESS_READ, (uintptr_t)pc); }
ABI void __tsan_write16_pc(void *p, void *pc) { across((uintptr_t)p, 16, ACCESS_WRITE, (uintptr_t)pc); }

HOT void range(void *p, size_t n, unsigned flags, uintptr_t pc) {
  if (race_cur && n) range_check(race_cur, (uintptr_t)p, n, flags, pc);
}

ABI void __tsan_read_range(void *p, size_t n) { range(p, n, ACCESS_READ, HERE); }
ABI void __tsan_write_range(void *p, size_t n) { range(p, n, ACCESS_WRITE, HERE); }
ABI void __tsan_read_range_pc(void *p, size_t n, void *pc) { range(p, n, ACCESS_READ, (uintptr_t)pc); }
ABI void __tsan_write_range_pc(void *p, size_t n, void *pc) { range(p, n, ACCESS_WRITE, (uintptr_t)pc); }

ABI void __tsan_vptr_read(void **p) { within((uintptr_t)p, sizeof *p, ACCESS_READ, HERE); }
ABI void __tsan_vptr_update(void **p, void *value) {
  if (*p != value) within((uintptr_t)p, sizeof *p, ACCESS_WRITE, HERE);
}

// ---- frames ----------------------------------------------------------------------------------------

#define MSP (uintptr_t)__builtin_frame_address(0)

ABI void __tsan_func_entry(void *call_pc) {
  race_g *g = race_cur;
  if (__builtin_expect(!g, 0)) return;
  frame_push(g, (uintptr_t)call_pc, HERE, MSP);
}

ABI void __tsan_func_exit(void) {
  race_g *g = race_cur;
  if (__builtin_expect(!g, 0)) return;
  frame_pop(g, MSP, HERE);
}

// __crun_frames_unwind is called after a call that may return twice: what lies below went by longjmp.
ABI void __crun_frames_unwind(void) {
  if (race_cur) frames_unwind(race_cur, MSP);
}

ABI void __tsan_init(void) { race_init(); }
