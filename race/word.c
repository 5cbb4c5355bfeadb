// SPDX-License-Identifier: Apache-2.0
// word.c: overflow nodes: making, walking and freeing them. Everything is under the word's page lock.
#include "word.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"

static _Atomic size_t live_nodes;

size_t nodes_live(void) { return atomic_load_explicit(&live_nodes, memory_order_relaxed); }

// count is exact with one thread; with more it costs a locked instruction beside an allocation.
static void count(size_t n) {
  if (race_threaded) atomic_fetch_add_explicit(&live_nodes, n, memory_order_relaxed);
  else atomic_store_explicit(&live_nodes, nodes_live() + n, memory_order_relaxed);
}

static size_t list_bytes(uint32_t room) { return sizeof(struct node) + room * sizeof(uint64_t); }
static size_t table_bytes(unsigned log) { return sizeof(struct node) + ((1ul << log) + NODE_WRITES) * sizeof(uint64_t); }
static size_t set_bytes(unsigned room) { return sizeof(struct node) + (1 + SET_WRITES + room) * sizeof(uint64_t); }

static size_t node_bytes(const struct node *n) {
  return node_is_set(n) ? set_bytes(n->room) : n->table ? table_bytes(n->table) : list_bytes(n->room);
}

static struct node *list_new(uint32_t room) {
  struct node *n = race_alloc_dirty(list_bytes(room));
  *n = (struct node){.room = room};
  count(1);
  return n;
}

static struct node *table_new(unsigned log) {
  struct node *n = race_alloc(table_bytes(log));
  n->table = log;
  count(1);
  return n;
}

static struct node *set_new(struct roster *r, uint32_t room) {
  struct node *n = race_alloc(set_bytes(room));
  n->table = NODE_SET;
  n->room = room;
  n->cell[0] = (uint64_t)r;
  count(1);
  return n;
}

static void node_drop(struct node *n) {
  count(-1);
  race_free(n, node_bytes(n));
}

// set_each calls fn for the index of each entry of a set.
static inline __attribute__((always_inline)) void set_each(const struct node *n, void (*fn)(struct roster *, unsigned, void *),
                                                           void *arg) {
  for (uint32_t k = 0; k < n->room; k++)
    for (uint64_t m = n->cell[1 + SET_WRITES + k]; m; m &= m - 1) fn(set_roster(n), 64 * k + __builtin_ctzll(m), arg);
}

static void leave_roster(struct roster *r, unsigned i, void *arg) { roster_drop(r, i); }

void node_free(struct node *n) {
  if (node_is_set(n)) set_each(n, leave_roster, NULL);
  node_drop(n);
}

struct walk {
  void (*fn)(uint64_t, void *);
  void *arg;
};

static void walk_entry(struct roster *r, unsigned i, void *arg) {
  struct walk *k = arg;
  k->fn(r->cell[i], k->arg);
}

// node_walk is the one place that knows all shapes: it calls fn for each entry.
static inline __attribute__((always_inline)) void node_walk(struct node *n, void (*fn)(uint64_t, void *), void *arg) {
  if (node_is_set(n)) {
    for (uint32_t i = 0; i < n->writes; i++) fn(node_writes(n)[i], arg);
    set_each(n, walk_entry, &(struct walk){fn, arg});
    return;
  }
  uint32_t last = n->table ? NODE_WRITES + node_cap(n) : n->used;
  for (uint32_t i = 0; i < last; i++)
    if (n->cell[i] & CELL_BYTES) fn(n->cell[i], arg);
}

void word_each(const struct word *w, void (*fn)(uint64_t, void *), void *arg) {
  uint64_t c0 = word_get(w, 0), c1 = word_get(w, 1);
  if (cell_is_node(c1)) {
    node_walk(node_of(c1), fn, arg);
    return;
  }
  if (c0) fn(c0, arg);
  if (c1) fn(c1, arg);
}

// ---- bags --------------------------------------------------------------------------------------

void bag_init(struct bag *b) {
  b->cells = b->few;
  b->n = 0;
  b->cap = sizeof b->few / sizeof *b->few;
}

void bag_free(struct bag *b) {
  if (b->cells != b->few) race_free(b->cells, b->cap * sizeof *b->cells);
}

static void bag_room(struct bag *b, size_t n) {
  if (n <= b->cap) return;
  b->cells = race_alloc(n * sizeof *b->cells);
  b->cap = n;
}

static void put(uint64_t c, void *arg) { bag_add(arg, c); }

void bag_take(struct bag *b, struct word *w) {
  uint64_t c0 = word_get(w, 0), c1 = word_get(w, 1);
  if (cell_is_node(c1)) {
    struct node *n = node_of(c1);
    bag_room(b, n->used + NODE_WRITES + 2);
    node_walk(n, put, b);
    node_free(n);
    return;
  }
  if (c0) bag_add(b, c0);
  if (c1) bag_add(b, c1);
}

// ---- storing -------------------------------------------------------------------------------------

static struct node *list_of(const struct bag *b) {
  struct node *n = list_new(b->n <= 3 ? 3 : b->n <= 7 ? 7 : NODE_LIST);
  memcpy(n->cell, b->cells, b->n * sizeof *b->cells);
  n->used = b->n;
  return n;
}

// ---- sets ----------------------------------------------------------------------------------------

// page_roster returns the roster of w's page, which another word of it has; nil: none has. (w's own node,
// if its cell still names one, is gone.)
static struct roster *page_roster(const struct word *w) {
  const struct word *first = (const struct word *)((uintptr_t)w & ~(uintptr_t)(SHADOW_PAGE - 1));
  for (int i = 0; i < SHADOW_PAGE_WORDS; i++) {
    uint64_t c = word_get(first + i, 1);
    if (cell_is_node(c) && first + i != w && node_is_set(node_of(c))) return set_roster(node_of(c));
  }
  return NULL;
}

// set_add gives n, which has room, the roster's entry i.
static void set_add(struct node *n, unsigned i) {
  n->cell[1 + SET_WRITES + i / 64] |= 1ull << i % 64;
  n->used++;
  n->kinds |= 1u << ((set_roster(n)->cell[i] & CELL_KIND) >> 8);
}

static uint32_t set_room(unsigned i) {
  uint32_t room = 1;
  while (64 * room <= i) room *= 2;
  return room;
}

static struct node *set_grow(struct node *n, unsigned i) {
  struct node *big = set_new(set_roster(n), set_room(i));
  memcpy(big->cell, n->cell, (1 + SET_WRITES + n->room) * sizeof *n->cell);
  big->used = n->used, big->writes = n->writes, big->kinds = n->kinds;
  node_drop(n);
  return big;
}

bool set_enter(struct word *w, struct node *n, uint64_t c, int known) {
  if (known != ROSTER_NONE) roster_more(set_roster(n), known);
  else if ((known = roster_take(set_roster(n), c)) == ROSTER_NONE) return false;
  if ((unsigned)known >= 64u * n->room) {
    n = set_grow(n, known);
    word_set(w, 1, node_cell(n));
  }
  set_add(n, known);
  return true;
}

void set_leave(struct word *w, unsigned index) {
  struct node *n = node_of(word_get(w, 1));
  n->cell[1 + SET_WRITES + index / 64] &= ~(1ull << index % 64);
  n->used--;
  roster_drop(set_roster(n), index);
}

static unsigned plain_writes(const struct bag *b) {
  unsigned n = 0;
  for (size_t i = 0; i < b->n; i++) n += !(b->cells[i] & CELL_KIND);
  return n;
}

// set_fill enters b's entries into n; the node they are in then, or nil: there is no room, all are gone.
static struct node *set_fill(struct node *n, const struct bag *b) {
  for (size_t k = 0; k < b->n; k++) {
    if (!(b->cells[k] & CELL_KIND)) {
      node_writes(n)[n->writes++] = b->cells[k];
      continue;
    }
    int i = roster_take(set_roster(n), b->cells[k]);
    if (i == ROSTER_NONE) {
      node_free(n);
      return NULL;
    }
    if ((unsigned)i >= 64u * n->room) n = set_grow(n, i);
    set_add(n, i);
  }
  return n;
}

// set_of makes a set of b's entries for w; nil: it is to be a table.
static struct node *set_of(const struct word *w, const struct bag *b) {
  if (b->n > ROSTER_MAX || plain_writes(b) > SET_WRITES) return NULL;
  struct roster *r = page_roster(w);
  if (!r) r = roster_new();
  else if (r->live == ROSTER_MAX) return NULL;
  return set_fill(set_new(r, set_room(r->top)), b);
}

// ---- tables --------------------------------------------------------------------------------------

static void table_add(struct node *n, uint64_t c) {
  if (!(c & CELL_KIND)) {
    n->cell[n->writes++] = c;
    return;
  }
  uint32_t i = node_slot(n, cell_epoch(c));
  while (node_slots(n)[i]) i = (i + 1) % node_cap(n);
  node_slots(n)[i] = c;
  n->used++;
  n->kinds |= 1u << ((c & CELL_KIND) >> 8);
}

static struct node *table_of(const struct bag *b) {
  unsigned log = 5;
  while (1ul << log < b->n + b->n / 2) log++;
  struct node *n = table_new(log);
  for (size_t i = 0; i < b->n; i++) table_add(n, b->cells[i]);
  return n;
}

static struct node *node_of_many(const struct word *w, const struct bag *b) {
  if (b->n <= NODE_LIST) return list_of(b);
  struct node *n = set_of(w, b);
  return n ? n : table_of(b);
}

void word_store(struct word *w, const struct bag *b, uint64_t first) {
  uint64_t second = 0;
  if (b->n > 2)
    second = node_cell(node_of_many(w, b));
  else if (b->n == 2)
    second = b->cells[b->cells[0] == first];
  word_set(w, 0, first);
  word_set(w, 1, second);
}

void word_grow(struct word *w, uint64_t first, uint64_t second, uint64_t third) {
  struct node *n = list_new(3);
  n->used = 3;
  n->cell[0] = first, n->cell[1] = second, n->cell[2] = third;
  word_set(w, 0, first);
  word_set(w, 1, node_cell(n));
}

struct node *list_grow(struct word *w, struct node *n) {
  struct node *big = list_new(2 * n->room + 1);
  big->used = n->used;
  memcpy(big->cell, n->cell, n->used * sizeof *n->cell);
  node_free(n);
  word_set(w, 1, node_cell(big));
  return big;
}

// first_left is the newest of what is left: it was the first, or, if of that nothing is left and one does not know, one that
// is no plain read, on which nobody builds (stays_read in access.c).
static uint64_t first_left(const struct bag *b, uint64_t first) {
  uint64_t one = b->cells[0];
  for (size_t i = 0; i < b->n; i++) {
    if (b->cells[i] == first) return first;
    if ((b->cells[i] & CELL_KIND) != CELL_READ) one = b->cells[i];
  }
  return one;
}

void word_clear(struct word *w, uint8_t bytes) {
  uint64_t c0 = word_get(w, 0), c1 = word_get(w, 1);
  if (!c0 && !c1) return;
  if (bytes == CELL_BYTES) {
    if (cell_is_node(c1)) node_free(node_of(c1));
    word_set(w, 0, 0);
    word_set(w, 1, 0);
    return;
  }
  struct bag b;
  bag_init(&b);
  bag_take(&b, w);
  size_t kept = 0;
  for (size_t i = 0; i < b.n; i++) {
    uint64_t c = b.cells[i] & ~(uint64_t)bytes;
    if (c & CELL_BYTES) b.cells[kept++] = c;
  }
  b.n = kept;
  word_store(w, &b, kept ? first_left(&b, c0 & ~(uint64_t)bytes) : 0);
  bag_free(&b);
}

// ---- validity ------------------------------------------------------------------------------------

static bool pair_is_valid(uint64_t a, uint64_t b) {
  bool share = a & b & CELL_BYTES;
  if (!(a & CELL_KIND) && !(b & CELL_KIND) && share) return false;
  return !(cell_same_epoch(a, b) && ((a ^ b) & CELL_KIND) == 0 && (share || cell_ctx(a) == cell_ctx(b)));
}

bool word_is_valid(const struct word *w) {
  uint64_t c0 = word_get(w, 0), c1 = word_get(w, 1);
  struct bag b;
  bag_init(&b);
  bool newest = true;
  if (cell_is_node(c1)) {
    bag_room(&b, node_of(c1)->used + NODE_WRITES);
    if (node_is_set(node_of(c1)) && !roster_is_valid(set_roster(node_of(c1)))) return false;
    newest = false;
  }
  word_each(w, put, &b);
  bool ok = !cell_is_node(c0) && (c0 || !c1);
  for (size_t i = 0; i < b.n; i++) {
    ok = ok && (b.cells[i] & CELL_BYTES) && cell_epoch(b.cells[i]);
    newest = newest || b.cells[i] == c0;
    for (size_t k = 0; k < i; k++) ok = ok && pair_is_valid(b.cells[i], b.cells[k]);
  }
  bag_free(&b);
  return ok && newest;
}
