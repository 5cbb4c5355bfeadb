// SPDX-License-Identifier: Apache-2.0
// context.c: the tables of call edges, contexts and composites, and their interning.
//
// Three append-only tables, each with an index: open addressing over ids, at most half full. A
// reader needs no lock: it follows an index it loaded, and what it does not find there it looks up
// again under the lock. An outgrown index stays (all of them together are as large as the last).
//
//   edges      (parent, call pc, function) -> node     a node is the edge that is its own result;
//                                                      others are aliases that recursion folds
//   contexts   (node, pc)                  -> ctx_id   or, node COMPOSITE: pc is a composite's index
//   composites 8 x ctx_id                  -> ctx_id
//
// Invariants: 1. an entry is complete before its id is stored in an index, and never changes;
//   2. on the chain of a node each function occurs once, or twice with the second folded and below
//      the first directly.
// Lock: intern_lock, leaf but for the allocator.
//   R1: index_put     A1: index_get
#include "context.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "g.h"
#include "reserve.h"
#include "spin.h"

#ifndef CONTEXT_INDEX  // tests/model has less
#define CONTEXT_INDEX 1024
#endif

enum {
  EDGE_MAX = 1 << 23,
  COMPOSITE_MAX = 1 << 18,      // 8 MiB; beyond, words keep a cell a context
  LEAF_RESERVE = 1 << 20,       // ctx ids kept for contexts without a stack
};

#define COMPOSITE_NODE UINT32_MAX

struct edge {
  uintptr_t call_pc, func_pc;
  uint32_t parent;
  uint32_t node;    // the result
  uint32_t folded;  // levels of recursion are missing above
};

struct ctx {
  uintptr_t pc;
  uint32_t node;
};

struct index {
  uint32_t mask, used;
  _Atomic uint32_t ids[];
};

static struct spin intern_lock;
static struct edge *edges;                  // written under intern_lock; I1
static struct ctx *ctxs;
static ctx_id (*composites)[8];
static uint32_t nedges = 1, nctxs = 1, ncomposites = 1, nnodes;  // under intern_lock; id 0: none
static struct index *_Atomic edge_index, *_Atomic ctx_index, *_Atomic composite_index;
static _Atomic uint64_t degraded;
static _Atomic bool stopped;

// ---- indices ---------------------------------------------------------------------------------

static size_t index_bytes(uint32_t n) { return sizeof(struct index) + n * sizeof(uint32_t); }

static struct index *index_new(uint32_t n) {
  struct index *ix = race_alloc(index_bytes(n));
  ix->mask = n - 1;
  return ix;
}

static inline uint32_t mix(uint64_t a, uint64_t b) {
  uint64_t h = (a ^ b << 32 ^ b >> 32) * 0x9e3779b97f4a7c15ull;
  return (uint32_t)(h >> 32 ^ h >> 17);
}

static inline uint32_t index_get(const struct index *ix, uint32_t i) {
  return atomic_load_explicit(&ix->ids[i & ix->mask], memory_order_acquire);  // A1
}

static void index_put(struct index *ix, uint32_t hash, uint32_t id) {
  uint32_t i = hash;
  while (index_get(ix, i)) i++;
  atomic_store_explicit(&ix->ids[i & ix->mask], id, memory_order_release);  // R1
  ix->used++;
}

// index_add enters id; a full index is replaced by one twice as large, whose hashes rehash gives.
static void index_add(struct index *_Atomic *where, uint32_t hash, uint32_t id, uint32_t (*rehash)(uint32_t)) {
  struct index *ix = *where;
  if (ix->used > ix->mask / 2) {
    struct index *big = index_new(2 * (ix->mask + 1));
    for (uint32_t i = 0; i <= ix->mask; i++) {
      uint32_t old = index_get(ix, i);
      if (old) index_put(big, rehash(old), old);
    }
    atomic_store_explicit(where, big, memory_order_release);  // R1
    ix = big;
  }
  index_put(ix, hash, id);
}

static inline struct index *index_load(struct index *_Atomic *where) {
  return atomic_load_explicit(where, memory_order_acquire);
}

void context_init(void) {
  edges = race_reserve(EDGE_MAX * sizeof *edges);
  ctxs = race_reserve(CTX_MAX * sizeof *ctxs);
  composites = race_reserve(COMPOSITE_MAX * sizeof *composites);
  edge_index = index_new(CONTEXT_INDEX);
  ctx_index = index_new(CONTEXT_INDEX);
  composite_index = index_new(CONTEXT_INDEX / 4);
}

// ---- call edges and nodes -----------------------------------------------------------------------

static uint32_t edge_hash(uint32_t parent, uintptr_t call_pc, uintptr_t func_pc) {
  return mix(call_pc ^ (uint64_t)parent * 0x85ebca6b, func_pc);
}

static uint32_t edge_rehash(uint32_t id) {
  return edge_hash(edges[id].parent, edges[id].call_pc, edges[id].func_pc);
}

static uint32_t edge_find(uint32_t hash, uint32_t parent, uintptr_t call_pc, uintptr_t func_pc) {
  struct index *ix = index_load(&edge_index);
  for (uint32_t i = hash, id; (id = index_get(ix, i)) != 0; i++) {
    const struct edge *e = &edges[id];
    if (e->call_pc == call_pc && e->parent == parent && e->func_pc == func_pc) return id;
  }
  return 0;
}

static uint32_t edge_add(uint32_t parent, uintptr_t call_pc, uintptr_t func_pc, uint32_t node, bool folded) {
  uint32_t id = nedges++;
  reserve_commit(&edges[id], sizeof *edges);
  edges[id] = (struct edge){call_pc, func_pc, parent, node ? node : id, folded};
  nnodes += !node;
  index_add(&edge_index, edge_hash(parent, call_pc, func_pc), id, edge_rehash);
  return id;
}

// fold returns the node under which an activation of func_pc below parent hangs: parent itself, or
// the first activation of the same function if there is one on the chain.
static uint32_t fold(uint32_t parent, uintptr_t func_pc) {
  for (uint32_t n = parent; n; n = edges[n].parent)
    if (edges[n].func_pc == func_pc) return edges[n].folded ? edges[n].parent : n;
  return parent;
}

// node_add_locked makes what edge_find did not find; 0: the table is full.
static uint32_t node_add_locked(uint32_t parent, uintptr_t call_pc, uintptr_t func_pc) {
  if (nedges > EDGE_MAX - 2) return 0;
  uint32_t above = fold(parent, func_pc);
  if (above == parent) {
    bool recursive = parent && edges[parent].func_pc == func_pc;
    return edge_add(parent, call_pc, func_pc, 0, recursive);
  }
  uint32_t found = edge_find(edge_hash(above, call_pc, func_pc), above, call_pc, func_pc);
  uint32_t node = found ? edges[found].node : edge_add(above, call_pc, func_pc, 0, true);
  edge_add(parent, call_pc, func_pc, node, true);
  return node;
}

static uint32_t node_enter(uint32_t parent, uintptr_t call_pc, uintptr_t func_pc) {
  uint32_t hash = edge_hash(parent, call_pc, func_pc);
  uint32_t id = edge_find(hash, parent, call_pc, func_pc);
  if (id) return edges[id].node;
  spin_lock(&intern_lock);
  id = edge_find(hash, parent, call_pc, func_pc);
  uint32_t node = id ? edges[id].node : node_add_locked(parent, call_pc, func_pc);
  spin_unlock(&intern_lock);
  return node;
}

// frames_intern gives every frame of g a node, from the innermost that has one upward, and returns
// that of the top frame. The sentinel's is NODE_ROOT, which stands for 0: no caller known.
static uint32_t frames_intern(race_g *g) {
  struct frame *f = g->sp;
  while (f > g->base && !f->node) f--;
  uint32_t node = f > g->base ? f->node : 0;
  while (f < g->sp) {
    f++;
    uint32_t next = frame_node(f);
    if (!next) next = node_enter(node, f->call_pc, f->func_pc);
    if (next) node = next;  // 0: the table is full, the frame counts as its caller's
    f->node = node;
    if (f[-1].node) *node_memo_of(f) = (struct node_memo){f->call_pc, f->func_pc, f[-1].node, node};
  }
  return node;
}

// ---- contexts --------------------------------------------------------------------------------

static uint32_t ctx_rehash(uint32_t id) { return mix(ctxs[id].pc, ctxs[id].node); }

static inline ctx_id ctx_find(uint32_t hash, uint32_t node, uintptr_t pc) {
  struct index *ix = index_load(&ctx_index);
  for (uint32_t i = hash, id; (id = index_get(ix, i)) != 0; i++)
    if (ctxs[id].pc == pc && ctxs[id].node == node) return id;
  return 0;
}

// ctx_new_locked: a stack-less context when ids are nearly used up, 0 when they are.
static ctx_id ctx_new_locked(uint32_t node, uintptr_t pc, uint32_t limit) {
  if (nctxs >= limit) return 0;
  ctx_id id = nctxs++;
  reserve_commit(&ctxs[id], sizeof *ctxs);
  ctxs[id] = (struct ctx){pc, node};
  index_add(&ctx_index, mix(pc, node), id, ctx_rehash);
  return id;
}

static ctx_id ctx_intern(uint32_t node, uintptr_t pc, uint32_t limit) {
  uint32_t hash = mix(pc, node);
  spin_lock(&intern_lock);
  ctx_id id = ctx_find(hash, node, pc);
  if (!id) id = ctx_new_locked(node, pc, limit);
  spin_unlock(&intern_lock);
  return id;
}

static __attribute__((noinline)) ctx_id ctx_intern_slow(uint32_t node, uintptr_t pc) {
  ctx_id id = ctx_intern(node, pc, atomic_load_explicit(&stopped, memory_order_relaxed) ? 0 : CTX_MAX - LEAF_RESERVE);
  if (id) return id;
  atomic_fetch_add_explicit(&degraded, 1, memory_order_relaxed);
  return ctx_intern(0, pc, CTX_MAX);
}

_Thread_local struct node_memo node_memos[NODE_MEMOS] __attribute__((tls_model("local-exec")));
_Thread_local struct ctx_memo ctx_memos[CTX_MEMOS] __attribute__((tls_model("local-exec")));

ctx_id ctx_current_slow(race_g *g, uintptr_t pc) {
  uint32_t node = frames_intern(g);
  ctx_id id = ctx_find(mix(pc, node), node, pc);
  if (!id) id = ctx_intern_slow(node, pc);
  *ctx_memo_of(pc, g->sp->node) = (struct ctx_memo){pc, g->sp->node, id};
  return id;
}

// ---- composites --------------------------------------------------------------------------------

static inline bool is_composite(ctx_id c) { return ctxs[c].node == COMPOSITE_NODE; }

ctx_id ctx_of_byte(ctx_id c, unsigned byte) {
  return is_composite(c) ? composites[ctxs[c].pc][byte] : c;
}

static uint32_t composite_hash(const ctx_id c[8]) {
  uint64_t h = 0;
  for (int i = 0; i < 8; i++) h = (h ^ c[i]) * 0x9e3779b97f4a7c15ull ^ h >> 29;
  return (uint32_t)(h >> 32);
}

static uint32_t composite_rehash(uint32_t id) { return composite_hash(composites[ctxs[id].pc]); }

static ctx_id composite_find(uint32_t hash, const ctx_id c[8]) {
  struct index *ix = index_load(&composite_index);
  for (uint32_t i = hash, id; (id = index_get(ix, i)) != 0; i++)
    if (!memcmp(composites[ctxs[id].pc], c, sizeof(ctx_id[8]))) return id;
  return 0;
}

static ctx_id composite_add_locked(uint32_t hash, const ctx_id c[8]) {
  if (ncomposites >= COMPOSITE_MAX || nctxs >= CTX_MAX - LEAF_RESERVE) return 0;
  uint32_t k = ncomposites++;
  reserve_commit(&composites[k], sizeof *composites);
  memcpy(composites[k], c, sizeof(ctx_id[8]));
  ctx_id id = nctxs++;
  reserve_commit(&ctxs[id], sizeof *ctxs);
  ctxs[id] = (struct ctx){k, COMPOSITE_NODE};
  index_add(&composite_index, hash, id, composite_rehash);
  return id;
}

ctx_id ctx_composite(ctx_id a, uint8_t a_bytes, ctx_id b, uint8_t b_bytes, bool *ok) {
  *ok = true;
  if (a == b) return a;
  ctx_id c[8] = {0}, one = 0;
  bool same = true;
  for (unsigned i = 0; i < 8; i++) {
    if (!((a_bytes | b_bytes) >> i & 1)) continue;
    c[i] = ctx_of_byte(a_bytes >> i & 1 ? a : b, i);
    if (!one) one = c[i];
    same = same && c[i] == one;
  }
  if (same) return one;
  uint32_t hash = composite_hash(c);
  ctx_id id = composite_find(hash, c);
  if (id) return id;
  spin_lock(&intern_lock);
  id = composite_find(hash, c);
  if (!id) id = composite_add_locked(hash, c);
  spin_unlock(&intern_lock);
  *ok = id != 0;
  return id;
}

// ---- reading -----------------------------------------------------------------------------------

size_t ctx_stack(ctx_id ctx, unsigned byte, uintptr_t *pcs, size_t max, bool *folded) {
  ctx = ctx_of_byte(ctx, byte);
  size_t n = 0;
  bool cut = false;
  if (ctx && max) {
    pcs[n++] = ctxs[ctx].pc;
    for (uint32_t node = ctxs[ctx].node; node; node = edges[node].parent) {
      cut = cut || edges[node].folded;
      if (n < max) pcs[n++] = edges[node].call_pc;
    }
  }
  if (folded) *folded = cut;
  return n;
}

void ctx_stop(void) { atomic_store_explicit(&stopped, true, memory_order_relaxed); }

uint64_t ctx_degraded(void) { return atomic_load_explicit(&degraded, memory_order_relaxed); }

static size_t counted(const uint32_t *n, uint32_t less) {
  spin_lock(&intern_lock);
  size_t v = *n - less;
  spin_unlock(&intern_lock);
  return v;
}

size_t ctx_count(void) { return counted(&nctxs, 1); }
size_t ctx_nodes(void) { return counted(&nnodes, 0); }
size_t ctx_composites(void) { return counted(&ncomposites, 1); }

void context_lock_all(void) { spin_lock(&intern_lock); }
void context_unlock_all(void) { spin_unlock(&intern_lock); }
