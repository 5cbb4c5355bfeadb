// SPDX-License-Identifier: Apache-2.0
// waitgroup.c: a counter to wait on, and how many wait, in one word.
//
//     state: | counter, signed 32 | waiters 32 |
//
// A wait with the counter above 0 adds itself to the waiters and then takes a permit of the semaphore;
// the add that brings the counter to 0 clears the word and gives one permit a waiter. Both halves are
// in one word so that the add knows how many that are, and whether it may touch the waitgroup at all:
// with no waiter it must not, since a wait that sees 0 returns and may free it.
//
//   R1: the add that brings the counter down   A1: the load of 0, or the permit
// For the detector each negative add merges its clock into wg and wait acquires that. The first add of
// a round reads the word misuse and the first wait writes it, so that an add from 0 which is not ordered
// with a wait is reported as a race.
#include "base/atomic.h"
#include "base/check.h"
#include "crun/crun.h"
#include "crun/sync.h"
#include "diag/deadlock/misuse.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "sync/sema.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static int32_t counter(uint64_t state) { return (int32_t)(state >> 32); }
static uint32_t waiters(uint64_t state) { return (uint32_t)state; }

_Noreturn static void misused(const cr_waitgroup *wg, const char *rule, const char *text, uintptr_t pc, const char *earlier, callsite before) {
  misuse_panic(&(struct misuse){.rule = rule, .title = text + sizeof "sync: " - 1, .does = "uses waitgroup", .object = wg, .pc = pc,
                                .earlier = earlier, .before = {.at = before}},
               text);
}

_Noreturn static __attribute__((noinline)) void add_during_wait(const cr_waitgroup *wg, uintptr_t pc) {
  misused(wg, "add-during-wait", "sync: WaitGroup misuse: Add called concurrently with Wait", pc, "waited for", load_rlx(&wg->waited));
}

// check_copy tells of a waitgroup that was copied while its counter was above 0: the one that is waited for is another.
static void check_copy(const cr_waitgroup *wg, uintptr_t pc) {
  uint32_t self = load_rlx(&wg->self);
  if (__builtin_expect(self == 0 || self == (uint32_t)(uintptr_t)wg, 1)) return;
  misuse_tell(&(struct misuse){.rule = "copied-waitgroup", .title = "use of a WaitGroup that was copied while goroutines were counted",
                               .does = "uses the copy", .object = wg, .pc = pc, .earlier = "changed", .before = {.at = load_rlx(&wg->added)}});
}

// is_noted: an add of n that follows now is one that a later misuse would name. Of those that count down it is the one that
// comes to 0: with so many to go it is not this one, nor that of anybody who is within add now.
static inline bool is_noted(const cr_waitgroup *wg, int n) { return n > 0 || counter(load_rlx(&wg->state)) <= 64; }

static inline __attribute__((always_inline)) void add(cr_waitgroup *wg, int n, callsite at, uintptr_t pc) {
  if (n < 0) check_copy(wg, pc);
  else if (counter(load_rlx(&wg->state)) == 0) store_rlx(&wg->self, (uint32_t)(uintptr_t)wg);  // seen by who is counted
  callsite before = load_rlx(&wg->added);
  if (at) callsite_set(&wg->added, at);
  if (n < 0) {
    race_release_merge(wg);
    lockorder_operation(wg, ALL_COMPLETE, NULL, pc);
  }
  uint64_t delta = (uint64_t)(uint32_t)n << 32;
  uint64_t state = add_acq_rel(&wg->state, delta) + delta;  // R1
  int32_t v = counter(state);
  if (n > 0 && v == n) race_read(&wg->misuse, sizeof wg->misuse, pc);
  if (v < 0) misused(wg, "negative-waitgroup", "sync: negative WaitGroup counter", pc, "changed", before);
  if (waiters(state) == 0) return;
  if (n > 0 && v == n) add_during_wait(wg, pc);
  if (v > 0) return;
  // The counter is 0 with waiters: nobody may add, and nobody can begin to wait.
  if (load_rlx(&wg->state) != state) add_during_wait(wg, pc);
  store_rlx(&wg->state, 0);
  rt_enter();
  sema_release(&wg->sema, waiters(state));
  rt_exit();
}

static inline __attribute__((always_inline)) void wait(cr_waitgroup *wg, uintptr_t pc) {
  uint64_t state = load_acq(&wg->state);  // A1
  for (;;) {
    if (counter(state) == 0) return;
    check_copy(wg, pc);
    if (cas_acq_rel(&wg->state, &state, state + 1)) break;  // A1, when it fails and is 0
  }
  if (waiters(state) == 0) callsite_set(&wg->waited, callsite_here(getg()));
  if (waiters(state) == 0) race_write(&wg->misuse, sizeof wg->misuse, pc);
  rt_enter();
  sema_acquire(&wg->sema, WAIT_WAITGROUP);  // A1
  rt_exit();
  if (load_rlx(&wg->state) != 0)
    misused(wg, "waitgroup-reused", "sync: WaitGroup is reused before previous Wait has returned", pc, "changed", load_rlx(&wg->added));
}

void cr_waitgroup_add(cr_waitgroup *wg, int n) { add(wg, n, is_noted(wg, n) ? callsite_here(getg()) : 0, PC()); }

void cr_waitgroup_done(cr_waitgroup *wg) { add(wg, -1, is_noted(wg, -1) ? callsite_here(getg()) : 0, PC()); }

void cr_waitgroup_wait(cr_waitgroup *wg) {
  lockorder_waits(wg, PC());
  wait(wg, PC());
  race_acquire(wg);
  lockorder_learn(wg);
  lockorder_waited(wg);
}
