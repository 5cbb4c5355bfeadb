// SPDX-License-Identifier: Apache-2.0
// labels.c: labels are a counted, unchanging run of strings, key after value after key, that goroutines share.
//
// A goroutine reads its own without a lock. Its pointer changes, and a set is given back, under the lock, for
// a dump looks at those of others.
//   R1: the decrement in unref     A1: the last decrement, before the set is freed
#include "sched/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/lock.h"
#include "base/os.h"
#include "crun/debug.h"
#include "sched/sched.h"

struct labels {
  _Atomic uint32_t refs;
  uint32_t bytes;  // of text: each string with its NUL
  char text[];
};

enum { TRIES = 10000 };

static struct lock change;  // a leaf but for the allocator

void labels_lock(void) { lock(&change); }
void labels_unlock(void) { unlock(&change); }

static struct labels *ref(struct labels *l) {
  if (l) add_rlx(&l->refs, 1);
  return l;
}

static void unref(struct labels *l) {
  if (!l || add_acq_rel(&l->refs, -1u) != 1) return;  // R1, A1
  race_hide_begin();
  free(l);
  race_hide_end();
}

// next steps from one key or value to the string behind it.
static const char *next(const char *s) { return s + strlen(s) + 1; }

static const char *find(const struct labels *l, const char *key) {
  if (!l) return NULL;
  for (const char *k = l->text; k < l->text + l->bytes; k = next(next(k)))
    if (strcmp(k, key) == 0) return next(k);
  return NULL;
}

// among tells whether key is one of the first n of more.
static bool among(const cr_label *more, size_t n, const char *key) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(more[i].key, key) == 0) return true;
  return false;
}

// put adds a pair at *bytes of l (nil: only counts).
static void put(struct labels *l, size_t *bytes, const char *key, const char *value) {
  size_t k = strlen(key) + 1, v = strlen(value) + 1;
  if (l) {
    memcpy(l->text + *bytes, key, k);
    memcpy(l->text + *bytes + k, value, v);
  }
  *bytes += k + v;
}

// fill writes those of old that are not in more, then more; of equal keys in more the last counts, and those
// without a value do not. It returns the size.
static size_t fill(struct labels *l, const struct labels *old, const cr_label *more, size_t n) {
  size_t bytes = 0;
  const char *end = old ? old->text + old->bytes : NULL;
  for (const char *k = old ? old->text : NULL; k < end; k = next(next(k)))
    if (!among(more, n, k)) put(l, &bytes, k, next(k));
  for (size_t i = 0; i < n; i++)
    if (more[i].value && !among(more + i + 1, n - i - 1, more[i].key)) put(l, &bytes, more[i].key, more[i].value);
  return bytes;
}

static struct labels *merge(struct labels *old, const cr_label *more, size_t n) {
  if (n == 0) return ref(old);
  size_t bytes = fill(NULL, old, more, n);
  if (bytes == 0) return NULL;
  race_hide_begin();
  struct labels *l = malloc(sizeof *l + bytes);
  if (!l) throw("out of memory for labels");
  *l = (struct labels){.refs = 1, .bytes = (uint32_t)bytes};
  fill(l, old, more, n);
  race_hide_end();
  return l;
}

void labels_tell(struct g *gp) {
  char text[LABELS_TEXT];
  race_g_set_labels(gp->race, labels_print(gp, text) ? text : NULL);
}

static void set(struct g *gp, struct labels *l) {
  lock(&change);
  unref(load_rlx(&gp->labels));
  store_rlx(&gp->labels, l);
  unlock(&change);
}

void labels_inherit(struct g *gp, const struct g *creator, const cr_label *more, size_t n) {
  struct labels *theirs = creator ? load_rlx(&creator->labels) : NULL;
  if (theirs || n) store_rlx(&gp->labels, merge(theirs, more, n));
}

void labels_drop(struct g *gp) { set(gp, NULL); }

bool labels_print(struct g *gp, char text[LABELS_TEXT]) {
  bool got = false;
  for (int i = 0; i < TRIES && load_rlx(&gp->labels) && !(got = trylock(&change)); i++) cpu_relax();
  if (!got) return false;
  const struct labels *l = load_rlx(&gp->labels);
  size_t n = 0;
  text[0] = 0;
  for (const char *k = l ? l->text : NULL, *end = l ? k + l->bytes : NULL; k < end && n < LABELS_TEXT; k = next(next(k)))
    n += (size_t)snprintf(text + n, LABELS_TEXT - n, "%s%s=%s", n ? ", " : "", k, next(k));
  unlock(&change);
  return n > 0;
}

__attribute__((visibility("default"))) void cr_set_label(const char *key, const char *value) {
  struct g *gp = getg();
  rt_enter();
  set(gp, merge(load_rlx(&gp->labels), &(cr_label){key, value}, 1));
  labels_tell(gp);
  rt_exit();
}

__attribute__((visibility("default"))) const char *cr_get_label(const char *key) {
  return find(load_rlx(&getg()->labels), key);
}
