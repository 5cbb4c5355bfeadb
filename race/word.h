// SPDX-License-Identifier: Apache-2.0
// word.h: what one word of memory remembers: two cells, or a cell and a node of many.
//
//     | newest cell | other cell |               at most two entries; 0: none
//     | newest cell | 0xffff:node | --> node     three or more: all are in the node, and the newest
//                                                used is copied to cell 0, where a hit finds it
//
// A node is a list while small. Beyond NODE_LIST entries it is a set: a bit for each entry that stands
// in the page's roster, because neighbours mostly have the same many readers. Where that has no room,
// it is a hash table by epoch, so that one of a thousand unordered readers finds its own entry in one
// or two loads. Plain writes, of which there is at most one for each byte, stand apart in both, since
// every reader must be compared with them.
//
// Invariants: 1. no two entries have the same epoch, kind and context; those with the same epoch and
// kind share no byte; 2. plain writes share no byte; 3. with a node, cell 0 equals one of its entries;
// 4. every entry has a byte (in a table, an entry without one is a tombstone).
#ifndef CRUN_RACE_WORD_H
#define CRUN_RACE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epoch.h"
#include "roster.h"
#include "shadow.h"

#define CELL_BYTES 0xffull
#define CELL_READ (1ull << 8)
#define CELL_ATOMIC (1ull << 9)
#define CELL_KIND (CELL_READ | CELL_ATOMIC)
#define CELL_CTX_SHIFT 10
#define CELL_CTX (((1ull << 23) - 1) << CELL_CTX_SHIFT)
#define CELL_EPOCH (~0ull << EPOCH_SHIFT)
#define CELL_NODE (0xffffull << 48)  // epoch ids never reach the ones that look like this

_Static_assert(CELL_CTX_SHIFT + 23 == EPOCH_SHIFT, "31 + 23 + 2 + 8 bits");
_Static_assert((uint64_t)EPOCH_LIMIT << EPOCH_SHIFT == CELL_NODE, "epochs end where nodes begin");

static inline uint32_t cell_epoch(uint64_t c) { return (uint32_t)(c >> EPOCH_SHIFT); }
static inline uint32_t cell_ctx(uint64_t c) { return (c & CELL_CTX) >> CELL_CTX_SHIFT; }
static inline bool cell_is_node(uint64_t c) { return c >= CELL_NODE; }

// cell_same_epoch: made between the same two releases.
static inline bool cell_same_epoch(uint64_t a, uint64_t b) { return ((a ^ b) & CELL_EPOCH) == 0; }

// kind_covers: whatever conflicts with kind b conflicts with kind a (both are kind bits).
static inline bool kind_covers(uint64_t a, uint64_t b) { return (a & ~b & CELL_KIND) == 0; }

// kind_conflicts: one of them writes and not both are atomic.
static inline bool kind_conflicts(uint64_t a, uint64_t b) { return (a & b & CELL_KIND) == 0; }

static inline uint64_t word_get(const struct word *w, int i) {
  return __atomic_load_n((const uint64_t *)&w->cell[i], __ATOMIC_RELAXED);
}

// word_hit decides a hit with one xor and one test a cell: whether one of w's two agrees with want (my
// epoch | CELL_BYTES) in all relevant bits. These are hit_bits' and those of the access's bytes.
static inline __attribute__((always_inline)) bool word_hit(const struct word *w, uint64_t want, uint64_t relevant) {
  return !((word_get(w, 0) ^ want) & relevant) || !((word_get(w, 1) ^ want) & relevant);
}

// hit_bits: the epoch must be mine, and no kind may stand there that does not cover a read, or a write.
static inline uint64_t hit_bits(bool write) { return CELL_EPOCH | (write ? CELL_KIND : CELL_ATOMIC); }

enum {
  NODE_LIST = 15,
  NODE_WRITES = 8,  // of a table
  SET_WRITES = 2,   // of a set; a word with more is a table
  NODE_SET = 64,    // no table is that large
};

struct node {
  uint32_t used;     // entries; table: slots not empty, tombstones included; both without plain writes
  uint8_t table;     // 0: a list; NODE_SET; else log2 of the slots of a table
  uint8_t room;      // list: room for so many entries; set: for 64 times as many
  uint8_t writes;    // set, table: plain writes
  uint8_t kinds;     // set, table: kinds that may occur among the other entries, bit by kind number
  uint64_t cell[];   // list: entries.  table: writes, slots.  set: the roster, writes, bits
};

_Static_assert(sizeof(struct node) == 8, "a word of three entries costs 32 bytes more");

static inline bool node_is_set(const struct node *n) { return n->table == NODE_SET; }

// node_cap is the number of slots of table n.
static inline uint32_t node_cap(const struct node *n) { return 1u << n->table; }

// node_writes are the plain writes of a set or table.
static inline uint64_t *node_writes(struct node *n) { return n->cell + node_is_set(n); }

static inline struct node *node_of(uint64_t c) { return (struct node *)(c & ~CELL_NODE); }
static inline uint64_t node_cell(const struct node *n) { return (uint64_t)n | CELL_NODE; }

static inline void word_set(struct word *w, int i, uint64_t c) {
  __atomic_store_n((uint64_t *)&w->cell[i], c, __ATOMIC_RELAXED);
}

// node_slots are the hashed cells of table n. The plain writes lie before them, beside the head: every
// reader looks at these.
static inline uint64_t *node_slots(struct node *n) { return n->cell + NODE_WRITES; }

// node_slot is the place in table n where the search for epoch begins.
static inline uint32_t node_slot(const struct node *n, uint32_t epoch) {
  return (epoch * 0x9e3779b9u) >> (32 - n->table);
}

static inline struct roster *set_roster(const struct node *n) { return (struct roster *)n->cell[0]; }
static inline bool set_has(const struct node *n, unsigned i) {
  return i < 64u * n->room && n->cell[1 + SET_WRITES + i / 64] >> i % 64 & 1;
}

// A bag is a node's entries taken out, to be put back as whatever is fit for their number.
struct bag {
  uint64_t *cells;
  size_t n, cap;
  uint64_t few[24];
};

void bag_init(struct bag *b);
void bag_free(struct bag *b);
static inline void bag_add(struct bag *b, uint64_t c) { b->cells[b->n++] = c; }

// bag_take puts all entries of w into b (empty) with room for two more, and frees w's node. w's
// cells are left as they were: word_store must follow.
void bag_take(struct bag *b, struct word *w);

// word_store makes b's entries those of w; first (one of them) is the newest.
void word_store(struct word *w, const struct bag *b, uint64_t first);

// word_grow makes a word of two cells one of three entries; list_grow doubles a list. They are for
// entries that are settled already.
void word_grow(struct word *w, uint64_t first, uint64_t second, uint64_t third);
struct node *list_grow(struct word *w, struct node *n);
void node_free(struct node *n);

// set_enter adds entry c, which is no plain write, to w's set n; false: the roster is full. known: its
// index in the roster, or ROSTER_NONE. set_leave drops an entry.
bool set_enter(struct word *w, struct node *n, uint64_t c, int known);
void set_leave(struct word *w, unsigned index);

// word_each calls fn for each entry of w.
void word_each(const struct word *w, void (*fn)(uint64_t cell, void *arg), void *arg);

// word_clear drops the bytes given from all entries of w.
void word_clear(struct word *w, uint8_t bytes);

// word_is_valid checks the invariants.
bool word_is_valid(const struct word *w);

size_t nodes_live(void);

#endif
