// SPDX-License-Identifier: Apache-2.0
// weak_sync_model.c: the table of sync objects, race/syncvar.c, and what clocks go through it, race/clock.c: who finds an object
// without a lock, two that are the first of their region, and memory that is given back.
#include "clock.h"
#include "g.h"
#include "lockset.h"
#include "scan.h"
#include "single.h"
#include "slot.h"
#include "syncvar.h"
#include "weak.h"

static uint64_t data[8] __attribute__((aligned(64)));
static uint8_t ready;
static struct race_g gs[WEAK_THREADS];

uint8_t __crun_race_single;
bool single_alone, single_due;
void single_try(race_g *g) {}
void learnt_note(race_g *g, uintptr_t addr, uint32_t slot, uint32_t clk) {}
void slot_renew(race_g *g) {}
bool epoch_end(race_g *g) { return false; }

static uintptr_t at(int i) { return (uintptr_t)&data[i] & 0x3ff; }  // within the model's part of the directory

static void begin(void) {
  syncvar_init();
  clock_init();
  for (int t = 0; t < 3; t++) {
    gs[t].slot = (uint32_t)t + 1;
    gs[t].clk = 1;
    clock_start(&gs[t]);
  }
}

// Two release at words of a region that nobody has used; the third, who is told by `ready` that one has, learns of it.
static void release(int t) {
  if (t < 2) {
    g_release(&gs[t], at(t));
    if (t == 0) __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    return;
  }
  bool is = __atomic_load_n(&ready, __ATOMIC_ACQUIRE);
  g_acquire(&gs[2], at(0));
  g_acquire(&gs[2], at(1));
  weak_check(!is || vclock_get(&gs[2].vc, 1) == 1);
}

static void release_ended(void) { weak_check(syncvar_live() == 2); }

// A lock's word is looked at without a lock of ours (syncvar_peek): the program's orders it.
static uint32_t program_lock;

static void peek(int t) {
  weak_lock(&program_lock);
  struct syncvar *sv = syncvar_peek(at(0));
  if (sv) weak_check(sv->addr == at(0) && sv->vc.nlate + (sv->vc.base != NULL) > 0);
  g_release(&gs[t], at(0));
  weak_unlock(&program_lock);
}

// Two words of one place: one byte's object goes while the other's is used.
static void forget(int t) {
  if (t == 0) syncvar_forget(at(0), 4);
  if (t == 1) g_release(&gs[1], at(0) + 4), g_acquire(&gs[1], at(0) + 4);
  if (t == 2) g_release_acquire(&gs[2], at(1));
}

static void forget_begin(void) {
  begin();
  g_release(&gs[0], at(0));
}

static void forget_ended(void) { weak_check(syncvar_live() == 2); }
static void nothing(void) {}

int main(int argc, char **argv) {
  const struct weak_model models[] = {
      {"release", 3, begin, release, release_ended, 2},
      {"peek", 2, begin, peek, nothing, 0},
      {"forget", 3, forget_begin, forget, forget_ended, 2},
  };
  return weak_main(argc, argv, models, 3);
}
