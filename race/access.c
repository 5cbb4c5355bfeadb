// SPDX-License-Identifier: Apache-2.0
// access.c: the out-of-line path of a check of at most 64 bytes, and what it finds.
//
// Invariants: 1. a cell with epoch E is made only by the race_g whose epoch E is, under the page's
//   lock; others may drop bytes of it. So what a lock-free hit sees was checked in full, and by me.
//   2. between a hit's cell and the hit there was no release of mine: whoever is not ordered with
//   this access is not ordered with that one, and was compared with it or will be.
//   3. epoch_open comes before the lock (it may scan); race_inside covers all from there to unlock.
#include "access.h"

#include <stdatomic.h>

#include "alloc.h"
#include "defer.h"
#include "self.h"
#include "slot.h"
#include "update.h"

// ---- findings ----------------------------------------------------------------------------------

// found_before tells whether this pair of code places was found already since the last find_tell.
static bool found_before(const struct update *u, uint64_t what) {
  for (unsigned i = 0; i < u->nfound; i++)
    if (u->found[i].what == what) return true;
  return false;
}

static void note_byte(struct update *u, uint64_t x, unsigned byte) {
  ctx_id ctx = ctx_of_byte(cell_ctx(x), byte);
  uint64_t what = (uint64_t)ctx << CELL_CTX_SHIFT | (x & CELL_KIND);
  bool told = u->told >> byte & 1;
  u->told |= 1u << byte;
  if (found_before(u, what) || (told && u->nfound >= FOUND_ENOUGH)) return;
  struct epoch e = epoch_table[cell_epoch(x)];
  struct found *f = &u->found[u->nfound++];
  f->what = what;
  f->report = (struct race_report){
      .current = {.addr = u->addr, .size = u->size, .flags = u->flags, .who = u->g->info,
                  .ctx = cell_ctx(u->cell), .byte = byte},
      .previous = {.addr = u->word_addr + __builtin_ctz(x & CELL_BYTES),
                   .size = __builtin_popcount(x & CELL_BYTES),
                   .flags = (x & CELL_READ ? ACCESS_READ : ACCESS_WRITE) | (x & CELL_ATOMIC ? ACCESS_ATOMIC : 0),
                   .who = slot_owner(e.slot, e.clk), .ctx = ctx, .byte = byte},
  };
}

__attribute__((noinline)) void find_note(struct update *u, uint64_t x, uint8_t bytes) {
  for (unsigned m = bytes; m; m &= m - 1) note_byte(u, x, __builtin_ctz(m));
}

__attribute__((noinline)) void find_tell(struct update *u) {
  for (unsigned i = 0; i < u->nfound; i++) {
    race_found(&u->found[i].report);
    ginfo_unref(u->found[i].report.previous.who);
  }
  u->nfound = 0;
}

// ---- joining -------------------------------------------------------------------------------------

__attribute__((noinline)) uint64_t cell_join_slow(uint64_t x, uint64_t new) {
  bool ok;
  ctx_id ctx = ctx_composite(cell_ctx(x), x & CELL_BYTES, cell_ctx(new), new & CELL_BYTES, &ok);
  if (!ok) return 0;
  return ((x | new) & ~CELL_CTX) | (uint64_t)ctx << CELL_CTX_SHIFT;
}

// enter puts c among cell[0..*n), joined with one of its epoch and kind if that can be; there is room
// for one more. It returns the entry it became.
static uint64_t enter(uint64_t *cell, size_t *n, uint64_t c) {
  for (size_t i = 0; i < *n; i++) {
    uint64_t joined = cell_join(cell[i], c);
    if (joined) return cell[i] = joined;
  }
  return cell[(*n)++] = c;
}

// ---- words with a node ---------------------------------------------------------------------------

// rebuild settles every entry of w, drops all that the access covers, and stores the rest anew.
static void rebuild(struct update *u, struct word *w) {
  struct bag b;
  bag_init(&b);
  bag_take(&b, w);
  size_t kept = 0;
  for (size_t i = 0; i < b.n; i++) {
    uint64_t x = settle(u, b.cells[i], false);
    if (x & CELL_BYTES) b.cells[kept++] = x;
  }
  b.n = kept;
  word_store(w, &b, u->need ? enter(b.cells, &b.n, u->cell | u->need) : u->mine);
  bag_free(&b);
}

// list_update handles a list in place. False: there is no room for the new entry.
static bool list_update(struct update *u, struct word *w, struct node *n) {
  size_t kept = 0;
  for (uint32_t i = 0; i < n->used; i++) {
    uint64_t x = settle(u, n->cell[i], true);
    if (x & CELL_BYTES) n->cell[kept++] = x;
  }
  n->used = kept;
  if (kept < 2 || kept == n->cap) return false;
  word_set(w, 0, u->need ? enter(n->cell, &kept, u->cell | u->need) : u->mine);
  n->used = kept;
  return true;
}

static void writes_settle(struct update *u, struct node *n) {
  uint64_t *cell = n->cell + n->cap;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n->writes; i++) {
    uint64_t x = settle(u, cell[i], true);
    if (x & CELL_BYTES) cell[kept++] = x;
  }
  n->writes = kept;
}

// conflicting_kinds: kinds among the hashed entries that conflict with an access of this kind.
static uint32_t conflicting_kinds(uint64_t kind) {
  uint32_t read = 1u << (CELL_READ >> 8), atomic_write = 1u << (CELL_ATOMIC >> 8);
  return kind == CELL_READ ? atomic_write : kind == CELL_ATOMIC ? read : 0;
}

// table_enter looks for u's own entries from slot i on, joins the new cell to one or adds it.
static uint64_t table_enter(struct node *n, uint64_t new) {
  uint32_t i = node_slot(n, cell_epoch(new));
  for (; n->cell[i]; i = (i + 1) % n->cap) {
    uint64_t joined = n->cell[i] & CELL_BYTES ? cell_join(n->cell[i], new) : 0;
    if (joined) return n->cell[i] = joined;
  }
  n->used++;
  n->kinds |= 1u << ((new & CELL_KIND) >> 8);
  return n->cell[i] = new;
}

// table_update handles a table in place: the plain writes, then the access's own entries, or all if
// some of them can conflict. False: rebuild.
static bool table_update(struct update *u, struct word *w, struct node *n) {
  uint64_t kind = u->cell & CELL_KIND;
  if (!kind || n->used >= n->cap / 4 * 3) return false;
  writes_settle(u, n);
  if (n->kinds & conflicting_kinds(kind)) {
    for (uint32_t i = 0; i < n->cap; i++)
      if (n->cell[i]) n->cell[i] = settle(u, n->cell[i], false);
  } else {
    for (uint32_t i = node_slot(n, cell_epoch(u->cell)); n->cell[i]; i = (i + 1) % n->cap)
      if (cell_same_epoch(n->cell[i], u->cell)) n->cell[i] = settle(u, n->cell[i], true);
  }
  word_set(w, 0, u->need ? table_enter(n, u->cell | u->need) : u->mine);
  return true;
}

__attribute__((noinline)) void word_overflow(struct update *u, struct word *w) {
  uint64_t c1 = word_get(w, 1);
  bool done = false;
  if (cell_is_node(c1)) {
    struct node *n = node_of(c1);
    done = n->table ? table_update(u, w, n) : list_update(u, w, n);
  }
  if (!done) rebuild(u, w);
}

// ---- the check -----------------------------------------------------------------------------------

static inline __attribute__((always_inline)) void check_word(struct update *u, uintptr_t addr, uint64_t bytes) {
  update_at(u, addr, bytes);
  page_lock(addr);
  word_update(u, shadow_of(addr));
  page_unlock(addr);
}

static void check_words(struct update *u, uintptr_t addr, size_t size) {
  uintptr_t end = addr + size;
  while (addr < end) {
    uintptr_t next = (addr | 7) + 1;
    unsigned n = (next < end ? next : end) - addr;
    check_word(u, addr, (CELL_BYTES >> (8 - n)) << addr % 8);
    if (__builtin_expect(u->nfound, 0)) {
      race_inside = 0;
      find_tell(u);
      race_inside = 1;
    }
    addr = next;
  }
}

void access_check(race_g *g, uintptr_t addr, size_t size, unsigned flags, uintptr_t pc) {
  if (race_inside || (race_hidden && g == race_cur)) return;
  race_inside = 1;
  atomic_signal_fence(memory_order_seq_cst);
  struct update u;
  u.g = g;
  u.cell = epoch_open(g) | (uint64_t)ctx_current(g, pc) << CELL_CTX_SHIFT | kind_of(flags);
  u.addr = addr;
  u.size = size;
  u.flags = flags;
  u.nfound = 0;
  check_words(&u, addr, size);
  atomic_signal_fence(memory_order_seq_cst);
  race_inside = 0;
}
