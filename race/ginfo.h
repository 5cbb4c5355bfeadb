// SPDX-License-Identifier: Apache-2.0
// ginfo.h: what a report says about a goroutine or thread, kept while anything can name it.
//
// References are held by the race_g, by the children's infos, by the slot history while an epoch of
// it may be in the shadow (slot.h), and by whoever stores one (heap blocks, findings).
#ifndef CRUN_RACE_GINFO_H
#define CRUN_RACE_GINFO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "context.h"

#ifndef GINFO_ANCESTORS_KEPT  // tests/model has fewer
#define GINFO_ANCESTORS_KEPT 32
#endif

enum {
  GINFO_NAME = 32,        // longest name, with its NUL; the rest is cut
  GINFO_LABELS = 128,     // longest text of labels, with its NUL
  GINFO_ANCESTORS = GINFO_ANCESTORS_KEPT,  // how far up an endless chain of parents is remembered at least
};

struct ginfo {
  _Atomic uint32_t refs;
  uint32_t depth;           // number of ancestors kept
  uint64_t goid;
  ctx_id created_at;        // context of the `go` or pthread_create, 0: none
  bool is_thread;           // a pthread, not a goroutine
  _Atomic bool ended;
  struct ginfo *_Atomic parent;  // who created it; nil: nobody, or more than GINFO_ANCESTORS up
  _Atomic uintptr_t stack_lo, stack_hi;
  char name[GINFO_NAME];    // "" : none
  char *_Atomic labels;     // "key=value, key=value" in GINFO_LABELS bytes, kept while the info is; nil: none yet
};

// ginfo_new makes an info with one reference, the caller's. parent may be nil.
struct ginfo *ginfo_new(struct ginfo *parent, uint64_t goid, ctx_id created_at, bool is_thread);
struct ginfo *ginfo_ref(struct ginfo *gi);
void ginfo_unref(struct ginfo *gi);  // gi may be nil
void ginfo_set_name(struct ginfo *gi, const char *name);
void ginfo_set_labels(struct ginfo *gi, const char *labels);  // nil: none

// ginfo_labels returns the text of gi's labels, "" if it has none.
const char *ginfo_labels(const struct ginfo *gi);

// ginfo_parent returns gi's parent with a reference for the caller, or nil.
struct ginfo *ginfo_parent(struct ginfo *gi);

// Around fork.
void ginfo_lock_all(void);
void ginfo_unlock_all(void);

#endif
