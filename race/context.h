// SPDX-License-Identifier: Apache-2.0
// context.h: calling contexts: interned, small, and never lost.
//
// A node is (parent node, call pc, function): one path of calls. A ctx_id is (node, pc of the
// access), or a composite: for each byte of a word another ctx_id (a struct's fields initialised one
// by one stay one cell of the shadow). Ids are 23 bits, never freed: 8 million distinct ones.
//
// Recursion is folded, so that their number is bounded by the program's text and not by its data:
// when a function is entered that is on the chain already, the chain is cut back to its first
// activation, and the new activation hangs below that, marked folded.
//
//     main -> mk -> mk -> mk -> mk      becomes      main -> mk -> mk (folded)
#ifndef CRUN_RACE_CONTEXT_H
#define CRUN_RACE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

typedef uint32_t ctx_id;  // 0: unknown

enum { CTX_BITS = 23, CTX_MAX = 1 << CTX_BITS };

void context_init(void);

// ctx_current returns the context of an access at pc by g, interning g's frames where needed.
ctx_id ctx_current_slow(race_g *g, uintptr_t pc);

// What a thread asked for of late is remembered: the nodes of activations (below the same node, called from the
// same place, it is the same node again) and the contexts of accesses. Ids never change their meaning, so nothing
// goes stale.
struct node_memo {
  uintptr_t call_pc, func_pc;
  uint32_t parent;  // node of the frame below
  uint32_t node;    // 0: an empty memo
};

struct ctx_memo {
  uintptr_t pc;
  uint32_t node;  // of the frame; 0: an empty memo
  ctx_id ctx;
};

enum { NODE_MEMOS = 64, CTX_MEMOS = 256 };
extern _Thread_local struct node_memo node_memos[NODE_MEMOS] __attribute__((tls_model("local-exec")));
extern _Thread_local struct ctx_memo ctx_memos[CTX_MEMOS] __attribute__((tls_model("local-exec")));

static inline struct node_memo *node_memo_of(const struct frame *f) {
  return &node_memos[(f->call_pc ^ f->call_pc >> 6 ^ f[-1].node * 37) % NODE_MEMOS];
}

static inline struct ctx_memo *ctx_memo_of(uintptr_t pc, uint32_t node) {
  return &ctx_memos[(pc + node * 8) % CTX_MEMOS];
}

// frame_node returns the node of f, 0 if it takes interning.
static inline uint32_t frame_node(struct frame *f) {
  if (__builtin_expect(f->node, 1)) return f->node;
  const struct node_memo *m = node_memo_of(f);
  if (m->parent != f[-1].node || m->call_pc != f->call_pc || m->func_pc != f->func_pc) return 0;
  return f->node = m->node;
}

// ctx_recall returns the context of g at pc, 0 if that takes ctx_current_slow.
static inline ctx_id ctx_recall(race_g *g, uintptr_t pc) {
  uint32_t node = g->sp->node;
  if (__builtin_expect(!node, 0) && !(node = frame_node(g->sp))) return 0;
  const struct ctx_memo *m = ctx_memo_of(pc, node);
  return m->pc == pc && m->node == node ? m->ctx : 0;
}

static inline ctx_id ctx_current(race_g *g, uintptr_t pc) {
  ctx_id ctx = ctx_recall(g, pc);
  return __builtin_expect(ctx != 0, 1) ? ctx : ctx_current_slow(g, pc);
}

// ctx_composite returns the context whose byte i is that of a for i in a_bytes, that of b for i in
// b_bytes; *ok false: there are too many composites, keep two cells.
ctx_id ctx_composite(ctx_id a, uint8_t a_bytes, ctx_id b, uint8_t b_bytes, bool *ok);

// ctx_of_byte returns what composite ctx says of byte, or ctx itself.
ctx_id ctx_of_byte(ctx_id ctx, unsigned byte);

// ctx_stack writes the pcs of ctx as seen by byte (0..7), innermost first: pcs[0] is the access, the
// others are calls (return addresses). It returns their number, at most max; *folded (may be nil)
// says that levels of recursion are left out.
size_t ctx_stack(ctx_id ctx, unsigned byte, uintptr_t *pcs, size_t max, bool *folded);

// ctx_degraded counts the accesses whose context was cut to its own pc because ids ran out.
uint64_t ctx_degraded(void);

// ctx_stop makes contexts that are new from now on their own pc only (limit.h).
void ctx_stop(void);

// Around fork.
void context_lock_all(void);
void context_unlock_all(void);

// For tests and statistics.
size_t ctx_count(void);
size_t ctx_nodes(void);
size_t ctx_composites(void);

#endif
