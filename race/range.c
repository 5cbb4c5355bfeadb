// SPDX-License-Identifier: Apache-2.0
// range.c: checks of whole ranges: loops that the plugin hoisted, memcpy, free, channel elements.
//
// Within a shadow page, under one lock, neighbouring words mostly remember the same: what the rule
// made of one pair of cells it will make of the next equal pair, so an answer is kept and compared.
// The memory of it ends with the lock: an epoch id in it could be given to another epoch. Words at the
// beginning that hit are passed without any.
#include <stdatomic.h>

#include "access.h"
#include "fold.h"
#include "inside.h"
#include "single.h"
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

// fold_update applies u to a whole page that is folded, or that nobody has accessed. False: that is for each word.
static bool fold_update(struct update *u, uintptr_t page) {
  if (page_is_touched(page)) return false;
  bool alone = access_tells_each_byte || tls_is_own(page) || tls_is_own(page + SHADOW_PAGE_APP - 1);
  struct word *f = fold_of(page);
  if (!page_is_folded(page)) {
    if (!alone) fold_begin(page, u->cell | CELL_BYTES);
    return !alone;
  }
  if (alone || !fold_has_room(f)) return false;
  update_at(u, page, CELL_BYTES);
  word_update(u, f);
  return true;
}

// page_update applies u to [addr, end), which lies in one page; it returns where it stopped.
static uintptr_t page_update(struct update *u, uintptr_t addr, uintptr_t end) {
  uintptr_t page = addr;
  page_lock(page);
  if (end - addr == SHADOW_PAGE_APP && fold_update(u, page)) addr = end;
  else if (page_is_folded(page)) fold_open(page);
  while (addr < end && u->nfound < FOUND_ENOUGH) {
    bool whole = addr % 8 == 0 && end - addr >= 8;
    addr = whole ? words_update(u, addr, end & ~7ull) : bytes_update(u, addr, end);
  }
  page_unlock(page);
  return addr;
}

static bool bytes_hit(uintptr_t addr, uintptr_t end, uint64_t want, uint64_t relevant) {
  return word_hit(shadow_of(addr), want, relevant | (CELL_BYTES >> (8 - (end - addr))) << addr % 8);
}

// words_hit returns the first of [w, last) that does not hit as a whole, or last. Four at a time, by
// their first cells.
static const struct word *words_hit(const struct word *w, const struct word *last, uint64_t want, uint64_t relevant) {
  relevant |= CELL_BYTES;
  for (; last - w >= 4; w += 4) {
    uint64_t differ = 0;
    for (int i = 0; i < 4; i++) differ |= word_get(w + i, 0) ^ want;
    if (differ & relevant) break;
  }
  while (w < last && word_hit(w, want, relevant)) w++;
  return w;
}

// first_miss returns the first byte of [addr, end) in a word that does not hit; end: all do.
static uintptr_t first_miss(const race_g *g, uintptr_t addr, uintptr_t end, unsigned flags) {
  uint64_t want = atomic_load_explicit(&g->cur, memory_order_relaxed) | CELL_BYTES;
  uint64_t relevant = hit_bits(flags & ACCESS_WRITE);
  uintptr_t whole = (addr + 7) & ~7ull, last = end & ~7ull;
  if (whole > last) return addr;
  if (addr < whole && !bytes_hit(addr, whole, want, relevant)) return addr;
  const struct word *w = shadow_of(whole);
  uintptr_t at = whole + (words_hit(w, w + (last - whole) / 8, want, relevant) - w) * 8;
  return at == last && last < end && bytes_hit(last, end, want, relevant) ? end : at;
}

// pages_update applies u to [addr, end), page by page.
static void pages_update(struct update *u, uintptr_t addr, uintptr_t end) {
  bool discard = u->flags & ACCESS_FREE && end - addr >= 64 * SHADOW_PAGE_APP;
  while (addr < end) {
    uintptr_t next = (addr | (SHADOW_PAGE_APP - 1)) + 1;
    if (next > end) next = end;
    addr = discard && !page_is_used(addr) ? next : page_update(u, addr, next);
    if (__builtin_expect(u->nfound, 0)) {
      inside_end();
      find_tell(u);
      inside_begin();
    }
  }
}

void row_check(race_g *g, uintptr_t addr, size_t n, size_t each, unsigned flags, uintptr_t pc) {
  if (single_is_on() || race_inside || (race_hidden && g == race_cur) || g_ignores(g, flags & ACCESS_WRITE)) return;
  uintptr_t from = first_miss(g, addr, addr + n, flags);
  if (from == addr + n) return;
  inside_begin();
  single_poll(g);
  tls_note(g, addr);
  struct update u;
  u.g = g;
  u.cell = epoch_open(g) | (uint64_t)ctx_current(g, pc) << CELL_CTX_SHIFT | kind_of(flags);
  u.addr = addr;
  u.size = n < UINT32_MAX ? n : UINT32_MAX;
  u.each = each;
  u.flags = flags;
  u.nfound = 0;
  pages_update(&u, from, addr + n);
  inside_end();
}

void range_check(race_g *g, uintptr_t addr, size_t n, unsigned flags, uintptr_t pc) {
  if (n > 8) row_check(g, addr, n, 0, flags, pc);
  else if (n) access_check(g, addr, n, flags, pc);
}
