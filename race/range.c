// SPDX-License-Identifier: Apache-2.0
// range.c: checks of whole ranges: loops that the plugin hoisted, memcpy, free, channel elements.
//
// Within a shadow page, under one lock, neighbouring words mostly remember the same: what the rule
// made of one pair of cells it will make of the next equal pair, so an answer is kept and compared.
// The memory of it ends with the lock: an epoch id in it could be given to another epoch.
#include <stdatomic.h>

#include "access.h"
#include "tls.h"
#include "update.h"

// One answer: words with cells `in` and all bytes accessed become `out`.
struct answer {
  uint64_t in[2], out[2];
};

// bytes_update applies u to the rest of addr's word, up to end; it returns where it stopped.
static uintptr_t bytes_update(struct update *u, uintptr_t addr, uintptr_t end) {
  uintptr_t next = (addr | 7) + 1;
  if (next > end) next = end;
  update_at(u, addr, CELL_BYTES >> (8 - (next - addr)) << addr % 8);
  word_update(u, shadow_of(addr));
  return next;
}

// learn applies the rule to w and remembers what it did; false: that is no answer for other words.
static bool learn(struct update *u, struct word *w, uintptr_t addr, struct answer *a) {
  unsigned found = u->nfound;
  a->in[0] = word_get(w, 0);
  a->in[1] = word_get(w, 1);
  update_at(u, addr, CELL_BYTES);
  word_update(u, w);
  a->out[0] = word_get(w, 0);
  a->out[1] = word_get(w, 1);
  return !cell_is_node(a->in[1]) && !cell_is_node(a->out[1]) && u->nfound == found;
}

// words_update applies u to the whole words [addr, end) of one page, until there is enough to tell;
// it returns where it stopped.
static uintptr_t words_update(struct update *u, uintptr_t addr, uintptr_t end) {
  struct word *first = shadow_of(addr), *w = first, *last = w + (end - addr) / 8;
  while (w < last && u->nfound < FOUND_ENOUGH) {
    struct answer a;
    bool good = learn(u, w, addr + (w - first) * 8, &a);
    w++;
    if (!good) continue;
    if (a.in[0] == a.out[0] && a.in[1] == a.out[1]) {
      while (w < last && word_get(w, 0) == a.in[0] && word_get(w, 1) == a.in[1]) w++;
    } else {
      for (; w < last && word_get(w, 0) == a.in[0] && word_get(w, 1) == a.in[1]; w++) {
        word_set(w, 0, a.out[0]);
        word_set(w, 1, a.out[1]);
      }
    }
  }
  return addr + (w - first) * 8;
}

// page_update applies u to [addr, end), which lies in one page; it returns where it stopped.
static uintptr_t page_update(struct update *u, uintptr_t addr, uintptr_t end) {
  uintptr_t page = addr;
  page_lock(page);
  while (addr < end && u->nfound < FOUND_ENOUGH) {
    bool whole = addr % 8 == 0 && end - addr >= 8;
    addr = whole ? words_update(u, addr, end & ~7ull) : bytes_update(u, addr, end);
  }
  page_unlock(page);
  return addr;
}

void range_check(race_g *g, uintptr_t addr, size_t n, unsigned flags, uintptr_t pc) {
  if (n <= 8) {
    if (n) access_check(g, addr, n, flags, pc);
    return;
  }
  if (race_inside || (race_hidden && g == race_cur)) return;
  race_inside = 1;
  atomic_signal_fence(memory_order_seq_cst);
  tls_note(g, addr);
  struct update u;
  u.g = g;
  u.cell = epoch_open(g) | (uint64_t)ctx_current(g, pc) << CELL_CTX_SHIFT | kind_of(flags);
  u.addr = addr;
  u.size = n < UINT32_MAX ? n : UINT32_MAX;
  u.flags = flags;
  u.nfound = 0;
  bool discard = flags & ACCESS_FREE && n >= 64 * SHADOW_PAGE_APP;
  for (uintptr_t end = addr + n; addr < end;) {
    uintptr_t next = (addr | (SHADOW_PAGE_APP - 1)) + 1;
    if (next > end) next = end;
    addr = discard && !page_is_touched(addr) ? next : page_update(&u, addr, next);
    if (__builtin_expect(u.nfound, 0)) {
      race_inside = 0;
      find_tell(&u);
      race_inside = 1;
    }
  }
  atomic_signal_fence(memory_order_seq_cst);
  race_inside = 0;
}
