// SPDX-License-Identifier: Apache-2.0
// shadow.h: where the memory of memory lies: 16 bytes for each 8-byte word, two cells.
//
//     application word (8 bytes)  --shadow_of-->  | cell 0 | cell 1 |     all zero: never accessed
//
// The map is a constant; the whole image is one reservation that costs nothing until touched. A
// shadow page (4 KiB) is the unit of locking, of touching and of giving back: 2 KiB of application.
// access.h says what a cell holds.
//
// Locks: one for each stripe of shadow pages (page_lock.h); leaf but for slot.h's, context.h's and the
// allocator's. No page lock is taken with another held.
//   R1: page_unlock     A1: page_lock
#ifndef CRUN_RACE_SHADOW_H
#define CRUN_RACE_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.inc"
#include "page_lock.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef SHADOW_BASE  // tests/model has a small one where LLVM's sanitizer leaves room
#elif defined(__SANITIZE_ADDRESS__)
#define SHADOW_BASE 0x110000000000ull  // ASan's own shadow ends above 16 TiB (our unit tests)
#else
#define SHADOW_BASE RACE_SHADOW_BASE   // 16 TiB
#endif
#ifndef SHADOW_MASK
#define SHADOW_MASK 0x1ffffffffff8ull  // 45 bits of address, by words
#endif
#define SHADOW_SIZE ((SHADOW_MASK + 8) << 1)

enum {
  SHADOW_PAGE = 4096,      // bytes of shadow
  SHADOW_PAGE_APP = 2048,  // bytes of application behind it
  SHADOW_PAGE_WORDS = 256,
};

struct word {
  _Atomic uint64_t cell[2];
};

static inline struct word *shadow_of(uintptr_t addr) {
  return (struct word *)(((addr & SHADOW_MASK) << 1) + SHADOW_BASE);
}

// shadow_init reserves the image. It must run before any access, as must epoch_init, slot_init and
// context_init before any race_g is made; it ends the process if it cannot.
void shadow_init(void);

// shadow_clear forgets all accesses to [addr, addr+n): new memory. Partial words at the ends lose
// only these bytes. Cost: its words; nothing where nothing was touched.
void shadow_clear(uintptr_t addr, size_t n);

// shadow_touched is the number of shadow pages in use.
size_t shadow_touched(void);

// shadow_lock_all and shadow_unlock_all bracket fork: every lock of SHADOW's files, in rank order.
void shadow_lock_all(void);
void shadow_unlock_all(void);

// ---- pages -------------------------------------------------------------------------------------

// page_lock locks the shadow page of addr (an application address).
static inline struct page_stripe *page_stripe_of(uintptr_t addr) {
  return &page_stripes[(addr / SHADOW_PAGE_APP ^ addr / SHADOW_PAGE_APP >> 11) % PAGE_STRIPES];
}

static inline void page_lock(uintptr_t addr) { page_lock_stripe(page_stripe_of(addr)); }  // A1
static inline void page_unlock(uintptr_t addr) { page_unlock_stripe(page_stripe_of(addr)); }  // R1

extern _Atomic uint64_t *pages_touched, *pages_folded;  // a bit a page

static inline uint64_t page_number(uintptr_t addr) { return (addr & SHADOW_MASK) / SHADOW_PAGE_APP; }

static inline bool page_bit(const _Atomic uint64_t *bits, uintptr_t addr) {
  uint64_t page = page_number(addr);
  return __atomic_load_n((const uint64_t *)&bits[page / 64], __ATOMIC_RELAXED) >> page % 64 & 1;
}

static inline bool page_is_touched(uintptr_t addr) { return page_bit(pages_touched, addr); }
static inline bool page_is_folded(uintptr_t addr) { return page_bit(pages_folded, addr); }  // fold.h
static inline bool page_is_used(uintptr_t addr) { return page_is_touched(addr) || page_is_folded(addr); }

// page_touch notes that the page of addr is in use; before its first non-zero cell, under its lock. False: it was folded,
// and its words are no longer what they were.
bool page_touch_slow(uintptr_t addr);

static inline bool page_touch(uintptr_t addr) {
  return __builtin_expect(page_is_touched(addr), 1) || page_touch_slow(addr);
}

// page_set_touched and page_set_folded change what a page is, under its lock.
void page_set_touched(uintptr_t addr);
void page_set_folded(uintptr_t addr, bool folded);

// page_discard gives back a page without entries; under its lock.
void page_discard(uintptr_t addr);

// page_each calls fn for at most `most` pages in use from page *from on (0: from the first), each with its first
// application address (modulo the map), and moves *from behind them. It returns whether there are more. fn takes the lock.
bool page_each(uint64_t *from, size_t most, void (*fn)(uintptr_t addr, void *arg), void *arg);

#endif
