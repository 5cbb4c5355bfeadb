// SPDX-License-Identifier: Apache-2.0
// weak_shared_model.c: what threads of the detector share by counting references, and the lists that only grow: bases of vector
// clocks (race/vclock.c), infos of goroutines (ginfo.c), benign memory (benign.c).
#include "benign.h"
#include "ginfo.h"
#include "vclock.h"
#include "weak.h"

static struct vclock clocks[WEAK_THREADS];
static struct ginfo *infos[WEAK_THREADS];

// ---- a base that several clocks have -----------------------------------------------------------------------

static void share(uint32_t slot) {
  for (int i = 0; i < 2 * VCLOCK_LATE; i++) vclock_raise(&clocks[3], slot + (uint32_t)i, 7);
  vclock_fold(&clocks[3]);
  for (int t = 0; t < 3; t++) vclock_copy(&clocks[t], &clocks[3]);
  vclock_clear(&clocks[3]);
}

static void dense_begin(void) { share(1); }
static void tree_begin(void) {
  share(VCLOCK_DENSE + 1);
  vclock_clear(&clocks[2]);
}

static uint32_t first_slot(const struct vclock *vc) { return vclock_get(vc, 1) ? 1 : VCLOCK_DENSE + 1; }

// Each gives it up or changes it; who is left alone with it writes in place.
static void bases(int t) {
  uint32_t slot = first_slot(&clocks[t]);
  weak_check(vclock_get(&clocks[t], slot + 1) == 7);
  if (t == 0) {
    vclock_clear(&clocks[t]);
    return;
  }
  for (int i = 0; i <= VCLOCK_LATE; i++) vclock_raise(&clocks[t], slot + (uint32_t)i, 10 + (uint32_t)t);
  vclock_fold(&clocks[t]);
}

static void bases_ended(void) {
  for (int t = 1; t < 3; t++) {
    if (!clocks[t].base) continue;
    uint32_t slot = first_slot(&clocks[t]);
    weak_check(vclock_is_valid(&clocks[t]) && vclock_get(&clocks[t], slot) == 10 + (uint32_t)t);
    weak_check(vclock_get(&clocks[t], slot + VCLOCK_LATE + 1) == 7);
  }
}

// ---- infos ---------------------------------------------------------------------------------------------------

enum { LINE = 2 * GINFO_ANCESTORS };

// A line of goroutines, each started by the one before; each thread has a reference on the last but one.
static void infos_begin(void) {
  struct ginfo *gi = ginfo_new(NULL, 1, 0, false);
  for (int i = 2; i <= LINE; i++) {
    struct ginfo *child = ginfo_new(gi, (uint64_t)i, 0, false);
    ginfo_unref(gi);
    gi = child;
  }
  for (int t = 0; t < 3; t++) infos[t] = t ? ginfo_ref(gi) : gi;
}

// The first starts a goroutine, which cuts the line; the second walks it; the third gives it up.
static void lines(int t) {
  if (t == 0) {
    struct ginfo *child = ginfo_new(infos[0], LINE + 1, 0, false);
    ginfo_unref(infos[0]);
    ginfo_unref(child);
  } else if (t == 1) {
    struct ginfo *gi = infos[1];
    for (int up = 0; gi && up < GINFO_ANCESTORS + 1; up++) {
      weak_check(gi->goid == (uint64_t)(LINE - up));
      struct ginfo *parent = ginfo_parent(gi);
      ginfo_unref(gi);
      gi = parent;
    }
    ginfo_unref(gi);
  } else {
    ginfo_unref(infos[2]);
  }
}

static void labels(int t) {
  if (t == 0) ginfo_set_labels(infos[0], "k=v");
  if (t == 1) weak_check(ginfo_labels(infos[1])[0] == 0 || ginfo_labels(infos[1])[0] == 'k');
}

static void nothing(void) {}

// ---- benign memory -------------------------------------------------------------------------------------------

static uint64_t memory[4];

static void ranges(int t) {
  if (t < 2) benign_add((uintptr_t)&memory[t], 8);
  if (t < 2) weak_check(benign_covers((uintptr_t)&memory[t], 8));
  weak_check(!benign_covers((uintptr_t)&memory[2], 8));
}

static void ranges_ended(void) { weak_check(benign_covers((uintptr_t)&memory[0], 8) && benign_covers((uintptr_t)&memory[1], 8)); }

int main(int argc, char **argv) {
  const struct weak_model models[] = {
      {"dense", 3, dense_begin, bases, bases_ended, 0}, {"tree", 2, tree_begin, bases, bases_ended, 0},
      {"infos", 3, infos_begin, lines, nothing, 2},     {"labels", 2, infos_begin, labels, nothing, 0},
      {"ranges", 3, nothing, ranges, ranges_ended, 0},
  };
  return weak_main(argc, argv, models, 5);
}
