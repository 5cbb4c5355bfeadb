// SPDX-License-Identifier: Apache-2.0
// foreign.c: counts the pthread locks that a goroutine holds, and keeps it on its thread as long as it holds one.
//
// To park with one is legal, and mostly a mistake: whoever wants the lock blocks a whole thread for as long, and a
// goroutine that the holder waits for may be among them. So it is counted (cr_stats), and told as a possible
// deadlock where the order of locks is watched.
#include "sched/foreign.h"

#include <stdio.h>

#include "diag/deadlock/misuse.h"
#include "diag/deadlock/object.h"
#include "diag/dump/dump.h"
#include "diag/order/lockorder_pthread.h"
#include "sched/sched.h"
#include "sched/wake.h"

// user_of is the goroutine or thread whose lock it is; nil: it is the runtime's.
static inline struct g *user_of(struct m *mp) { return mp && !load_rlx(&mp->in_rt) ? mp->curg : NULL; }

static inline __attribute__((always_inline)) void keep(struct m *mp, struct g *gp, const void *lock, unsigned what, uintptr_t pc,
                                                             const uintptr_t *cfa) {
  if (gp->is_thread || what & RACE_LOCK_SPINS || gp->nforeign++ > 0) return;
  gp->foreign_lock = lock;
  // Two words below cfa is the frame of who was called: its caller's frame pointer, and pc.
  callsite_set(&gp->foreign_at, cfa ? callsite_of(gp, pc, cfa - 2) : callsite_bare(pc));
  gp->nlocks++;  // as cr_lock_thread does
  mp->locked_g = gp;
  store_rlx(&gp->locked_m, mp);
}

static __attribute__((noinline)) void keep_watched(struct g *gp, const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa) {
  lockorder_pthread_taken(gp, lock, what, pc, cfa);
  keep(getm(), gp, lock, what, pc, cfa);
}

void foreign_taken(const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa) {
  struct m *mp = getm();
  struct g *gp = user_of(mp);
  if (!gp) return;
  if (lockorder_is_on()) keep_watched(gp, lock, what, pc, cfa);
  else keep(mp, gp, lock, what, pc, cfa);
}

void foreign_leaves(const void *lock) {
  if (!lockorder_is_on()) return;
  struct g *gp = user_of(getm());
  if (gp) lockorder_pthread_left(gp, lock);
}

void foreign_forgets(const void *lock) {
  if (lockorder_is_on()) lockorder_pthread_forget(lock);
}

void foreign_left(void) {
  struct m *mp = getm();
  struct g *gp = user_of(mp);
  if (!gp || gp->is_thread || gp->nforeign == 0 || --gp->nforeign > 0 || --gp->nlocks > 0) return;
  mp->locked_g = NULL;
  store_rlx(&gp->locked_m, NULL);
}

static void on_lock(const void *lock, unsigned what, uintptr_t pc) {
  if (what & RACE_LOCK_FORGOTTEN) {
    foreign_forgets(lock);
  } else if (what & RACE_LOCK_LEFT) {
    foreign_leaves(lock);
    if (!(what & RACE_LOCK_SPINS)) foreign_left();
  } else {
    foreign_taken(lock, what, pc, NULL);
  }
}

void foreign_init(void) { race_watch_locks(on_lock); }

// is_new tells whether the lock's place was not told yet; a few may be told twice.
static bool is_new(uintptr_t pc) {
  enum { PLACES = 256 };
  static _Atomic uintptr_t told[PLACES];
  return atomic_exchange_explicit(&told[(pc >> 2) % PLACES], pc, memory_order_relaxed) != pc;
}

void foreign_parks(struct g *gp, enum wait_reason why) {
  add_rlx(&sched.nforeign_parks, 1);
  if (why == WAIT_SLEEP) return;  // that ends by itself
  callsite locked = load_rlx(&gp->foreign_at);
  if (!is_new(callsite_pc(locked))) return;
  char wait[160], held[320];
  struct object_text object;
  struct report_part part[2];
  race_hide_begin();
  snprintf(wait, sizeof wait, "Goroutine %llu [%s] waits at", (unsigned long long)gp->goid, wait_reason_text(why));
  snprintf(held, sizeof held, "It has locked pthread lock%s at", object_text(gp->foreign_lock, &object));
  part[0] = (struct report_part){.role = "wait", .heading = wait, .goid = gp->goid, .state = wait_reason_text(why), .identifies = true};
  misuse_stack_here(&part[0].stack);
  part[1] = (struct report_part){.role = "acquire", .heading = held, .goid = gp->goid, .object = (uintptr_t)gp->foreign_lock,
                                 .identifies = true};
  callsite_stack(locked, &part[1].stack);
  report_tell(&(struct report){.kind = REPORT_LOCK_ORDER, .rule = "parked-with-pthread-lock", .part = part, .nparts = 2, .possible = true,
                               .title = "POSSIBLE DEADLOCK: a goroutine waits while it holds a pthread lock"});
  race_hide_end();
}
