// SPDX-License-Identifier: Apache-2.0
// vclock.c: the operations on vector clocks; vclock.h has the picture and the reference count's edges.
//
// Invariants:
//   1. A base with refs > 1 is never written, nor is anything below a tree node with refs > 1.
//   2. A late entry is newer than the base's, and its slot occurs once. Late entries exist only
//      over a base that is shared (or nil): who owns the base writes there.
//   3. dense.cap is a multiple of 16; clocks in [cap, ...) are 0.
//   4. seen is nil or a tree that this clock covers.
//   5. A child of a node of level n has level n-1; a leaf has level 0.
#include "vclock.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"

enum { RADIX_BITS = 5, RADIX = 1 << RADIX_BITS, BLOCK = 16, DENSE = 0xff, MAX_LEVEL = 6 };

struct vclock_base {
  _Atomic uint32_t refs;
  uint16_t level;  // of a tree node; DENSE for an array. Read-only
  uint16_t cap;    // dense: slots. Read-only
  union {
    uint32_t clk[RADIX];                // leaf, and (with cap entries) dense
    struct vclock_base *child[RADIX];   // inner node; nil: all zero
  };
};
typedef struct vclock_base base;

static const size_t header_bytes = offsetof(base, clk);
_Static_assert(offsetof(base, clk) == 8, "a leaf is 136 bytes, an inner node 264");
_Static_assert(VCLOCK_DENSE % BLOCK == 0 && VCLOCK_DENSE < UINT16_MAX, "cap holds it");
_Static_assert(sizeof(struct vclock) <= 48, "what a goroutine costs at least");

// ---- arrays of clocks --------------------------------------------------------------------------

// Written once for any vector width; the wrappers below choose the instructions. n is a multiple of 8.
typedef uint32_t lanes __attribute__((vector_size(32), aligned(4), may_alias));

enum { A_AHEAD = 1, B_AHEAD = 2 };

static inline __attribute__((always_inline)) bool join_body(uint32_t *a, const uint32_t *b, size_t n) {
  lanes changed = {0};
  for (size_t i = 0; i < n; i += 8) {
    lanes x = *(const lanes *)(a + i), y = *(const lanes *)(b + i);
    lanes m = (lanes)(y > x);
    changed |= m;
    *(lanes *)(a + i) = (y & m) | (x & ~m);
  }
  uint32_t any = 0;
  for (int i = 0; i < 8; i++) any |= changed[i];
  return any != 0;
}

static inline __attribute__((always_inline)) unsigned compare_body(const uint32_t *a, const uint32_t *b,
                                                                   size_t n) {
  lanes above = {0}, below = {0};
  for (size_t i = 0; i < n; i += 8) {
    lanes x = *(const lanes *)(a + i), y = *(const lanes *)(b + i);
    above |= (lanes)(x > y);
    below |= (lanes)(y > x);
  }
  uint32_t a_any = 0, b_any = 0;
  for (int i = 0; i < 8; i++) a_any |= above[i], b_any |= below[i];
  return (a_any ? A_AHEAD : 0) | (b_any ? B_AHEAD : 0);
}

#if defined(__x86_64__)
static __attribute__((target("avx2"))) bool join_avx2(uint32_t *a, const uint32_t *b, size_t n) {
  return join_body(a, b, n);
}
static __attribute__((target("avx2"))) unsigned compare_avx2(const uint32_t *a, const uint32_t *b, size_t n) {
  return compare_body(a, b, n);
}
static inline bool wide(void) { return __builtin_cpu_supports("avx2"); }
#else
#define join_avx2 join_body
#define compare_avx2 compare_body
static inline bool wide(void) { return false; }
#endif

// clocks_join raises a[i] to b[i]; false: nothing was lower.
static bool clocks_join(uint32_t *a, const uint32_t *b, size_t n) {
  return wide() ? join_avx2(a, b, n) : join_body(a, b, n);
}

// clocks_compare tells which of the two is ahead somewhere: A_AHEAD, B_AHEAD, both or neither.
static unsigned clocks_compare(const uint32_t *a, const uint32_t *b, size_t n) {
  return wide() ? compare_avx2(a, b, n) : compare_body(a, b, n);
}

static bool any_clock(const uint32_t *a, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (a[i]) return true;
  return false;
}

// ---- bases -------------------------------------------------------------------------------------

static size_t dense_bytes(unsigned cap) { return header_bytes + cap * sizeof(uint32_t); }

static size_t node_bytes(const base *b) {
  if (b->level == DENSE) return dense_bytes(b->cap);
  return header_bytes + RADIX * (b->level ? sizeof(base *) : sizeof(uint32_t));
}

static base *new_dense(unsigned cap) {  // the caller fills all of clk
  base *b = race_alloc(dense_bytes(cap));
  atomic_init(&b->refs, 1);
  b->level = DENSE;
  b->cap = cap;
  return b;
}

static base *new_node(unsigned level) {
  size_t bytes = header_bytes + RADIX * (level ? sizeof(base *) : sizeof(uint32_t));
  base *b = race_alloc(bytes);
  memset(b, 0, bytes);
  atomic_init(&b->refs, 1);
  b->level = level;
  return b;
}

static inline base *ref(base *b) {
  if (b) atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
  return b;
}

static void unref(base *b) {
  if (!b) return;
  // R1 (and A1 for the last one out). An owner needs no locked instruction.
  if (atomic_load_explicit(&b->refs, memory_order_acquire) != 1 &&
      atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (b->level != DENSE && b->level > 0)
    for (int i = 0; i < RADIX; i++) unref(b->child[i]);
  race_free(b, node_bytes(b));
}

static inline bool owned(base *b) {
  return atomic_load_explicit(&b->refs, memory_order_acquire) == 1;  // A1
}

// dense_resized returns an owned array of at least cap slots with b's clocks; it takes over b.
static base *dense_resized(base *b, unsigned cap) {
  unsigned have = b ? b->cap : 0;
  if (cap < have) cap = have;
  base *n = new_dense(cap);
  if (b) memcpy(n->clk, b->clk, have * sizeof(uint32_t));
  memset(n->clk + have, 0, (cap - have) * sizeof(uint32_t));
  unref(b);
  return n;
}

// cap_with_slack is the size to grow to for slot: a quarter more than there is, so that n new slots
// do not copy n times. A join grows to the other's size exactly: slack upon slack would never end.
static unsigned cap_with_slack(const base *b, uint32_t slot) {
  unsigned cap = (slot / BLOCK + 1) * BLOCK, more = b ? (b->cap + b->cap / 4) / BLOCK * BLOCK : 0;
  if (b && slot < b->cap) return b->cap;
  if (cap < more) cap = more;
  return cap < VCLOCK_DENSE ? cap : VCLOCK_DENSE;
}

// ---- trees -------------------------------------------------------------------------------------

static inline unsigned digit(uint32_t slot, unsigned level) { return (slot >> (RADIX_BITS * level)) % RADIX; }

static inline bool reaches(const base *b, uint32_t slot) {  // slot lies within the tree b
  return (uint64_t)slot >> (RADIX_BITS * (b->level + 1)) == 0;
}

static uint32_t tree_get(const base *b, uint32_t slot) {
  if (!reaches(b, slot)) return 0;
  while (b && b->level > 0) b = b->child[digit(slot, b->level)];
  return b ? b->clk[slot % RADIX] : 0;
}

// own returns b if this is its only reference, else a copy whose children are shared; takes over b.
static base *own(base *b) {
  if (owned(b)) return b;
  base *n = race_alloc(node_bytes(b));
  memcpy(&n->level, &b->level, node_bytes(b) - offsetof(base, level));
  atomic_init(&n->refs, 1);
  if (b->level > 0)
    for (int i = 0; i < RADIX; i++) ref(n->child[i]);
  unref(b);
  return n;
}

// lifted puts nodes above b until it has that level.
static base *lifted(base *b, unsigned level) {
  while (b->level < level) {
    base *up = new_node(b->level + 1);
    up->child[0] = b;
    b = up;
  }
  return b;
}

static unsigned level_for(uint32_t slot) {
  unsigned level = 0;
  while ((uint64_t)slot >> (RADIX_BITS * (level + 1))) level++;
  return level;
}

// tree_set writes one clock below b, copying what is shared on the way; takes over b.
static base *tree_set(base *b, uint32_t slot, uint32_t clk, unsigned level) {
  b = b ? own(b) : new_node(level);
  if (level == 0) {
    b->clk[slot % RADIX] = clk;
  } else {
    base **c = &b->child[digit(slot, level)];
    *c = tree_set(*c, slot, clk, level - 1);
  }
  return b;
}

static base *tree_put(base *b, uint32_t slot, uint32_t clk) {
  b = lifted(b, level_for(slot));
  return tree_set(b, slot, clk, b->level);
}

// leaf_join joins 32 clocks into the leaf a. When v (if it is a leaf itself) covers a, it replaces
// a: clocks that know the same then share, and the next join ends at the pointers. Takes over a.
static base *leaf_join(base *a, const uint32_t *v, base *leaf, bool *changed) {
  unsigned order = clocks_compare(a->clk, v, RADIX);
  *changed |= (order & B_AHEAD) != 0;
  if (leaf && !(order & A_AHEAD)) {
    ref(leaf);
    unref(a);
    return leaf;
  }
  if (!(order & B_AHEAD)) return a;
  a = own(a);
  clocks_join(a->clk, v, RADIX);
  return a;
}

static bool same_children(const base *a, const base *b) {
  return memcmp(a->child, b->child, sizeof a->child) == 0;
}

static base *tree_join(base *a, base *b, const base *seen, unsigned level, bool *changed);

// child_join joins cb into child i of a. A shared node is copied only for a child that changes.
// Takes over a, not cb.
static base *child_join(base *a, unsigned i, base *cb, const base *seen, bool *changed) {
  base *ca = a->child[i];
  if (!cb || ca == cb || cb == seen) return a;
  if (owned(a)) {
    a->child[i] = tree_join(ca, cb, seen, a->level - 1u, changed);
    return a;
  }
  bool grows = false;
  base *joined = tree_join(ref(ca), cb, seen, a->level - 1u, &grows);
  if (!grows) {
    unref(joined);
    return a;
  }
  *changed = true;
  a = own(a);
  unref(a->child[i]);
  a->child[i] = joined;
  return a;
}

// same_place returns the node of tree seen that lies where a node of the given level does, at the left
// edge; nil: there is none.
static const base *same_place(const base *seen, unsigned level) {
  while (seen && seen->level > level) seen = seen->child[0];
  return seen;
}

static const base *seen_child(const base *seen, unsigned level, unsigned i) {
  if (!seen) return NULL;
  if (seen->level == level) return seen->child[i];
  return i == 0 ? seen : NULL;  // seen is lower: it is the leftmost part
}

// tree_join joins tree b into tree a, which is of the given level (or nil); b's may be any up to
// that, or beyond it at the root. a covers what b shares with seen. Takes over a, not b.
static base *tree_join(base *a, base *b, const base *seen, unsigned level, bool *changed) {
  seen = b ? same_place(seen, b->level) : NULL;
  if (a == b || !b || b == seen) return a;
  if (!a) {
    *changed = true;
    return lifted(ref(b), level);
  }
  if (a->level < b->level) a = lifted(a, b->level);
  if (a->level > b->level) return child_join(a, 0, b, seen, changed);
  if (a->level == 0) return leaf_join(a, b->clk, b, changed);
  for (unsigned i = 0; i < RADIX; i++)
    a = child_join(a, i, b->child[i], seen_child(seen, b->level, i), changed);
  if (!same_children(a, b)) return a;
  ref(b);
  unref(a);
  return b;
}

// tree_join_leaf joins the 32 clocks v, from slot on, into tree a of the given level. Takes over a.
static base *tree_join_leaf(base *a, uint32_t slot, const uint32_t *v, unsigned level, bool *changed) {
  if (!a) {
    a = new_node(level);
  } else if (level == 0) {
    return leaf_join(a, v, NULL, changed);
  }
  if (level == 0) {
    memcpy(a->clk, v, sizeof a->clk);
    *changed = true;
    return a;
  }
  a = own(a);
  base **c = &a->child[digit(slot, level)];
  *c = tree_join_leaf(*c, slot, v, level - 1, changed);
  return a;
}

static bool tree_covers_leaf(const base *a, uint32_t slot, const uint32_t *v) {
  if (!reaches(a, slot)) return !any_clock(v, RADIX);
  while (a && a->level > 0) a = a->child[digit(slot, a->level)];
  return a ? !(clocks_compare(a->clk, v, RADIX) & B_AHEAD) : !any_clock(v, RADIX);
}

// dense_part copies the 32 clocks from slot on; an array may end within them.
static void dense_part(const base *d, uint32_t slot, uint32_t v[RADIX]) {
  size_t have = d->cap - slot < RADIX ? d->cap - slot : RADIX;
  memset(v, 0, RADIX * sizeof *v);
  memcpy(v, d->clk + slot, have * sizeof *v);
}

// tree_join_dense joins the array d into tree a, leaf by leaf. Takes over a, not d.
static base *tree_join_dense(base *a, const base *d, bool *changed) {
  uint32_t v[RADIX];
  for (uint32_t slot = 0; slot < d->cap; slot += RADIX) {
    dense_part(d, slot, v);
    if (tree_covers_leaf(a, slot, v)) continue;
    a = lifted(a, level_for(slot + RADIX - 1));
    a = tree_join_leaf(a, slot, v, a->level, changed);
  }
  return a;
}

static base *tree_from_dense(const base *d, unsigned level) {
  bool changed;
  return tree_join_dense(new_node(level), d, &changed);
}

static bool tree_covers(const base *a, const base *b) {
  if (a == b || !b) return true;
  if (!a) {
    if (b->level == 0) return !any_clock(b->clk, RADIX);
    for (int i = 0; i < RADIX; i++)
      if (!tree_covers(NULL, b->child[i])) return false;
    return true;
  }
  if (a->level > b->level) return tree_covers(a->child[0], b);
  if (a->level < b->level) {
    for (int i = 1; i < RADIX; i++)
      if (!tree_covers(NULL, b->child[i])) return false;
    return tree_covers(a, b->child[0]);
  }
  if (a->level == 0) return !(clocks_compare(a->clk, b->clk, RADIX) & B_AHEAD);
  for (int i = 0; i < RADIX; i++)
    if (!tree_covers(a->child[i], b->child[i])) return false;
  return true;
}

// ---- either kind ---------------------------------------------------------------------------------

static inline uint32_t base_get(const base *b, uint32_t slot) {
  if (!b) return 0;
  if (b->level == DENSE) return slot < b->cap ? b->clk[slot] : 0;
  return tree_get(b, slot);
}

// base_put sets one clock in a base that is owned or becomes so; takes over b.
static base *base_put(base *b, uint32_t slot, uint32_t clk) {
  if (!b || b->level == DENSE) {
    if (slot < VCLOCK_DENSE) {
      if (!b || slot >= b->cap || !owned(b)) b = dense_resized(b, cap_with_slack(b, slot));
      b->clk[slot] = clk;
      return b;
    }
    base *tree = b ? tree_from_dense(b, level_for(slot)) : new_node(level_for(slot));
    unref(b);
    b = tree;
  }
  return tree_put(b, slot, clk);
}

static base *dense_join(base *a, base *b, bool *changed) {
  unsigned common = a->cap < b->cap ? a->cap : b->cap;
  bool a_owned = owned(a);
  if (a_owned && a->cap >= b->cap) {
    *changed |= clocks_join(a->clk, b->clk, common);
    return a;
  }
  unsigned order = clocks_compare(a->clk, b->clk, common);
  if (any_clock(b->clk + common, b->cap - common)) order |= B_AHEAD;
  if (any_clock(a->clk + common, a->cap - common)) order |= A_AHEAD;
  if (!(order & B_AHEAD)) return a;
  *changed = true;
  if (!(order & A_AHEAD)) {
    ref(b);
    unref(a);
    return b;
  }
  base *n = dense_resized(a, b->cap);
  clocks_join(n->clk, b->clk, b->cap);
  return n;
}

static base *base_join(base *a, base *b, const base *seen, bool *changed) {
  if (a == b || !b) return a;
  if (!a) {
    *changed = true;
    return ref(b);
  }
  if (a->level == DENSE && b->level == DENSE) return dense_join(a, b, changed);
  if (b->level == DENSE) return tree_join_dense(a, b, changed);
  if (a->level != DENSE) return tree_join(a, b, seen, a->level, changed);
  bool from_a = false;
  base *n = tree_join_dense(ref(b), a, &from_a);
  *changed = true;  // b has a slot that no array has, or had one when it was made
  unref(a);
  return n;
}

static bool dense_covers_tree(const base *a, const base *b, uint32_t first) {
  if (!b) return true;
  if (b->level > 0) {
    for (uint32_t i = 0; i < RADIX; i++)
      if (b->child[i] && !dense_covers_tree(a, b->child[i], first + (i << (RADIX_BITS * b->level)))) return false;
    return true;
  }
  for (uint32_t i = 0; i < RADIX; i++)
    if (b->clk[i] > base_get(a, first + i)) return false;
  return true;
}

static bool base_covers(const base *a, const base *b) {
  if (a == b || !b) return true;
  if (b->level == DENSE) {
    if (!a || a->level == DENSE) {
      unsigned common = !a ? 0 : a->cap < b->cap ? a->cap : b->cap;
      if (common && clocks_compare(a->clk, b->clk, common) & B_AHEAD) return false;
      return !any_clock(b->clk + common, b->cap - common);
    }
    uint32_t v[RADIX];
    for (uint32_t slot = 0; slot < b->cap; slot += RADIX) {
      dense_part(b, slot, v);
      if (!tree_covers_leaf(a, slot, v)) return false;
    }
    return true;
  }
  return a && a->level == DENSE ? dense_covers_tree(a, b, 0) : tree_covers(a, b);
}

// ---- clocks ------------------------------------------------------------------------------------

uint32_t vclock_get(const struct vclock *vc, uint32_t slot) {
  for (uint32_t i = 0; i < vc->nlate; i++)
    if (vc->late[i].slot == slot) return vc->late[i].clk;
  return base_get(vc->base, slot);
}

void vclock_fold(struct vclock *vc) {
  for (uint32_t i = 0; i < vc->nlate; i++) vc->base = base_put(vc->base, vc->late[i].slot, vc->late[i].clk);
  vc->nlate = 0;
}

// settle restores invariant 2 after the base changed.
static void settle(struct vclock *vc) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < vc->nlate; i++)
    if (vc->late[i].clk > base_get(vc->base, vc->late[i].slot)) vc->late[n++] = vc->late[i];
  vc->nlate = n;
  if (n && vc->base && owned(vc->base)) vclock_fold(vc);
}

bool vclock_raise(struct vclock *vc, uint32_t slot, uint32_t clk) {
  if (vc->base && owned(vc->base)) {
    if (vc->nlate) vclock_fold(vc);
    if (vc->base->level == DENSE && slot < vc->base->cap) {
      uint32_t *c = &vc->base->clk[slot];
      if (*c >= clk) return false;
      *c = clk;
      return true;
    }
    if (base_get(vc->base, slot) >= clk) return false;
    vc->base = base_put(vc->base, slot, clk);
    return true;
  }
  for (uint32_t i = 0; i < vc->nlate; i++) {
    if (vc->late[i].slot != slot) continue;
    if (vc->late[i].clk >= clk) return false;
    vc->late[i].clk = clk;
    return true;
  }
  if (base_get(vc->base, slot) >= clk) return false;
  if (vc->nlate == VCLOCK_LATE) {
    vclock_fold(vc);
    vc->base = base_put(vc->base, slot, clk);
  } else {
    vc->late[vc->nlate++] = (struct vclock_late){slot, clk};
  }
  return true;
}

// note_seen remembers that dst covers the tree b. A tree that dst holds itself needs no note.
static void note_seen(struct vclock *dst, base *b) {
  base *note = b->level == DENSE || b == dst->base ? NULL : b;
  if (note == dst->seen) return;
  ref(note);
  unref(dst->seen);
  dst->seen = note;
}

bool vclock_join(struct vclock *dst, const struct vclock *src) {
  bool changed = false;
  if (dst->base != src->base && src->base) {
    if (dst->nlate && dst->base && owned(dst->base)) vclock_fold(dst);
    dst->base = base_join(dst->base, src->base, dst->seen, &changed);
    note_seen(dst, src->base);
    if (dst->nlate) settle(dst);
  }
  for (uint32_t i = 0; i < src->nlate; i++) changed |= vclock_raise(dst, src->late[i].slot, src->late[i].clk);
  return changed;
}

void vclock_copy(struct vclock *dst, const struct vclock *src) {
  if (dst == src) return;
  base *d = dst->base, *s = src->base;
  if (dst->seen) {
    unref(dst->seen);
    dst->seen = NULL;
  }
  if (d != s) {
    if (d && s && d->level == DENSE && s->level == DENSE && d->cap >= s->cap && owned(d)) {
      memcpy(d->clk, s->clk, s->cap * sizeof(uint32_t));
      memset(d->clk + s->cap, 0, (d->cap - s->cap) * sizeof(uint32_t));
    } else {
      dst->base = ref(s);
      unref(d);
    }
  }
  dst->nlate = src->nlate;
  memcpy(dst->late, src->late, sizeof dst->late);
  if (dst->nlate && dst->base && owned(dst->base)) vclock_fold(dst);
}

static bool late_covered(const struct vclock *a, const struct vclock *b) {
  for (uint32_t i = 0; i < b->nlate; i++)
    if (vclock_get(a, b->late[i].slot) < b->late[i].clk) return false;
  return true;
}

bool vclock_covers(const struct vclock *a, const struct vclock *b) {
  if (!late_covered(a, b)) return false;
  if (base_covers(a->base, b->base)) return true;
  if (a->nlate == 0) return false;
  struct vclock whole = {0};
  vclock_copy(&whole, a);
  vclock_fold(&whole);
  bool covers = base_covers(whole.base, b->base);
  vclock_clear(&whole);
  return covers;
}

void vclock_clear(struct vclock *vc) {
  unref(vc->base);
  unref(vc->seen);
  vc->base = vc->seen = NULL;
  vc->nlate = 0;
}

// ---- for tests -----------------------------------------------------------------------------------

static size_t base_bytes(const base *b) {
  if (!b) return 0;
  size_t n = node_bytes(b);
  if (b->level != DENSE && b->level > 0)
    for (int i = 0; i < RADIX; i++) n += base_bytes(b->child[i]);
  return n;
}

size_t vclock_bytes(const struct vclock *vc) { return sizeof *vc + base_bytes(vc->base); }

static bool base_is_valid(const base *b) {
  if (!b) return true;
  if (atomic_load_explicit(&b->refs, memory_order_relaxed) == 0) return false;
  if (b->level == DENSE) return b->cap > 0 && b->cap % BLOCK == 0 && b->cap <= VCLOCK_DENSE;
  if (b->level > MAX_LEVEL) return false;
  if (b->level > 0)
    for (int i = 0; i < RADIX; i++)
      if (b->child[i] && (b->child[i]->level != b->level - 1 || !base_is_valid(b->child[i]))) return false;
  return true;
}

bool vclock_is_valid(const struct vclock *vc) {
  if (vc->nlate > VCLOCK_LATE || !base_is_valid(vc->base) || !base_is_valid(vc->seen)) return false;
  if (vc->seen && !vclock_covers(vc, &(struct vclock){.base = vc->seen})) return false;
  for (uint32_t i = 0; i < vc->nlate; i++) {
    if (vc->late[i].clk <= base_get(vc->base, vc->late[i].slot)) return false;
    for (uint32_t j = 0; j < i; j++)
      if (vc->late[j].slot == vc->late[i].slot) return false;
  }
  return true;
}
