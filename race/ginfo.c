// SPDX-License-Identifier: Apache-2.0
// ginfo.c: references to goroutine infos, and the cutting of endless chains of parents.
//
// Lock: parent_lock guards the step from an info to a reference on its parent against the cut; leaf
// but for the allocator.
//   R1: the decrement in ginfo_unref     A1: the last decrement, before the info is freed
#include "ginfo.h"

#include <string.h>

#include "alloc.h"
#include "spin.h"

static struct spin parent_lock;

struct ginfo *ginfo_ref(struct ginfo *gi) {
  if (gi) atomic_fetch_add_explicit(&gi->refs, 1, memory_order_relaxed);
  return gi;
}

void ginfo_unref(struct ginfo *gi) {
  while (gi && atomic_fetch_sub_explicit(&gi->refs, 1, memory_order_acq_rel) == 1) {  // R1, A1
    struct ginfo *parent = atomic_load_explicit(&gi->parent, memory_order_relaxed);
    char *labels = atomic_load_explicit(&gi->labels, memory_order_relaxed);
    if (labels) race_free(labels, GINFO_LABELS);
    race_free(gi, sizeof *gi);
    gi = parent;
  }
}

struct ginfo *ginfo_parent(struct ginfo *gi) {
  spin_lock(&parent_lock);
  struct ginfo *parent = ginfo_ref(atomic_load_explicit(&gi->parent, memory_order_relaxed));
  spin_unlock(&parent_lock);
  return parent;
}

// cut forgets what lies more than GINFO_ANCESTORS above gi: each goroutine of a relay starts the
// next one, and the first would be kept forever.
static void cut(struct ginfo *gi) {
  spin_lock(&parent_lock);
  for (int i = 1; gi && i < GINFO_ANCESTORS; i++) gi = atomic_load_explicit(&gi->parent, memory_order_relaxed);
  struct ginfo *rest = gi ? atomic_exchange_explicit(&gi->parent, NULL, memory_order_relaxed) : NULL;
  spin_unlock(&parent_lock);
  ginfo_unref(rest);
}

struct ginfo *ginfo_new(struct ginfo *parent, uint64_t goid, ctx_id created_at, bool is_thread) {
  struct ginfo *gi = race_alloc(sizeof *gi);
  gi->refs = 1;
  gi->goid = goid;
  gi->created_at = created_at;
  gi->is_thread = is_thread;
  if (!parent) return gi;
  gi->parent = ginfo_ref(parent);
  gi->depth = parent->depth + 1;
  if (gi->depth >= 2 * GINFO_ANCESTORS) {
    cut(parent);
    gi->depth = GINFO_ANCESTORS;
  }
  return gi;
}

void ginfo_set_name(struct ginfo *gi, const char *name) {
  strncpy(gi->name, name ? name : "", sizeof gi->name - 1);
}

void ginfo_set_labels(struct ginfo *gi, const char *labels) {
  char *text = atomic_load_explicit(&gi->labels, memory_order_relaxed);
  if (!text && labels) atomic_store_explicit(&gi->labels, text = race_alloc(GINFO_LABELS), memory_order_release);
  if (text) strncpy(text, labels ? labels : "", GINFO_LABELS - 1);
}

const char *ginfo_labels(const struct ginfo *gi) {
  const char *text = atomic_load_explicit(&gi->labels, memory_order_acquire);
  return text ? text : "";
}

void ginfo_lock_all(void) { spin_lock(&parent_lock); }
void ginfo_unlock_all(void) { spin_unlock(&parent_lock); }
