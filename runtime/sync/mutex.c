// SPDX-License-Identifier: Apache-2.0
// mutex.c: the mutex: a word with the owner in it, and a FIFO of parked goroutines.
//
//     word: | owner's goid (60 bits) | PLAIN | STARVING | WOKEN | WAITING |      0: free, nobody waits
//
//   WAITING   the queue is not empty (set under m->lock before the first waiter is queued, cleared
//             under it by the owner that pops the last)
//   WOKEN     a goroutine that waits is awake and tries for the lock, so an unlock need not wake
//             another. Each that it stands for clears it as it locks or queues again: cleared too
//             early it costs a wake-up, and it is never left set with nobody awake
//   STARVING  a waiter has waited STARVE_NS and lost again: unlocks hand the mutex to the first waiter
//   PLAIN     an unlock that has nobody to wake is a plain store (base/rseq.h)
//
// Lock is a CAS of a word without owner to one with, unlock one back. With contention the normal mode lets
// newcomers overtake: an unlock frees the word and wakes one waiter, which has to win it; losing, it goes
// back to the front of the queue. That keeps the lock busy while the waiter gets going, and need not leave
// the fast path. In starving mode the owner field passes from owner to first waiter without
// ever being free.
//
// Invariants
//  1. Only the owner pops waiters, under m->lock; anybody queues under m->lock.
//  2. WAITING is set if and only if the queue is not empty, while m->lock is free.
//  3. The store that ends the ownership is the owner's last touch of m: m->lock is released before it.
//     So the next owner may free m.
//  4. While PLAIN is set, others than the owner change the word of a mutex that is owned only to set WOKEN, which may get lost, or
//     under m->lock to end PLAIN. Under m->lock, once PLAIN was seen ended after rseq_barrier, the owner sees what came with its end.
//
// Lock rank: m->lock, above the scheduler's.
//   R1: the CAS, add or plain store that ends the ownership   A1: the CAS that takes it, or the return from park
//
// m->owner, locked and unlocked are for reports: the owner writes them after it took m and before it gives it up.
//
// Rejected: strict FIFO hand-off (each lock pair becomes a switch: 64 goroutines on one mutex pay a
// park for every unlock); a futex-like word without the owner (an unlock by somebody else goes unseen).
#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "base/rseq.h"
#include "chan/waitq.h"
#include "crun/sync.h"
#include "diag/deadlock/waitfor.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "sync/sema.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { WAITING = 1, WOKEN = 2, STARVING = 4, PLAIN = 8, FLAGS = 15, OWNER_SHIFT = 4 };
enum { STARVE_NS = 1000 * 1000, SPINS = 4, PAUSES = 30 };

#ifndef PLAIN_AFTER
#define PLAIN_AFTER 2048  // a barrier costs each processor about as much as a thousand locked instructions; the model has another
#endif

_Static_assert(RACE_MUTEX_BYTES == sizeof(cr_mutex), "what reports take it to span");

static struct lock *lock_of(cr_mutex *m) { return (struct lock *)&m->lock; }
static uint64_t owner_bits(const struct g *gp) { return gp->goid << OWNER_SHIFT; }
static bool is_free(uint64_t w) { return w >> OWNER_SHIFT == 0; }

// What a goroutine that contends knows of itself.
struct contender {
  struct g *gp;
  callsite at;    // the user's call
  struct sudog sg;
  bool queued;    // we have been in the queue before
  bool woken;     // we are one of those that WOKEN stands for
  bool starving;  // we waited long enough to ask for a hand-off
  bool said;      // gp->blocked_on is set
  int spins;
};

// try_take takes a free word and gives WOKEN up with it. w is the word as last seen.
static bool try_take(cr_mutex *m, struct contender *me, uint64_t *w) {
  uint64_t taken = (*w | owner_bits(me->gp)) & ~(uint64_t)(me->woken ? WOKEN : 0);
  return cas_acq(&m->word, w, taken);  // A1
}

// spin burns a little time in the hope that an owner running elsewhere unlocks; meanwhile it keeps
// the owner from waking others. False: it is time to park.
static bool spin(cr_mutex *m, struct contender *me, uint64_t w) {
  if (me->spins >= SPINS || (w & STARVING) || !can_spin()) return false;
  me->spins++;
  if (!me->woken && (w & (WAITING | WOKEN)) == WAITING && cas_rlx(&m->word, &w, w | WOKEN)) me->woken = true;
  for (int i = 0; i < PAUSES; i++) cpu_relax();
  return true;
}

// not_queued ends what queue_change began on a mutex that is free. False: it is owned again, or w was old.
static bool not_queued(cr_mutex *m, uint64_t *w) {
  if (!(*w & WAITING) || !waitq_empty(&m->waiters)) return true;
  return cas_rlx(&m->word, w, *w & ~(uint64_t)WAITING);
}

// queue_change makes the word what it is to be with us in the queue. False: the mutex is free. Called with m->lock.
static bool queue_change(cr_mutex *m, const struct contender *me) {
  uint64_t w = load_rlx(&m->word);
  for (;;) {
    if (is_free(w)) {
      if (not_queued(m, &w)) return false;
      continue;
    }
    uint64_t next = (w | WAITING | (me->starving ? STARVING : 0)) & ~(uint64_t)(me->woken ? WOKEN : 0);
    if (next == w) return true;
    if (!cas_rlx(&m->word, &w, next & ~(uint64_t)PLAIN)) continue;
    if (!(w & PLAIN)) return true;
    rseq_barrier();
    w = load_rlx(&m->word);
    if (!(w & PLAIN)) return true;  // else it was undone, or the mutex was unlocked and made PLAIN again
  }
}

// queue_up queues and parks, unless the mutex turns out to be free. True: it was handed to us.
static bool queue_up(cr_mutex *m, struct contender *me) {
  if (!me->queued) me->sg.since_ns = nanotime();
  lock(lock_of(m));
  if (!queue_change(m, me)) {
    unlock(lock_of(m));
    return false;
  }
  me->woken = false;
  me->sg.success = false;
  if (me->queued) waitq_push_front(&m->waiters, &me->sg);
  else waitq_push(&m->waiters, &me->sg);
  me->queued = true;
  return true;
}

// leave_starving ends the starving mode if we, whom the mutex was handed to, are the last or did not
// wait long.
static void leave_starving(cr_mutex *m, const struct contender *me) {
  if (nanotime() - me->sg.since_ns < STARVE_NS || !(load_rlx(&m->word) & WAITING))
    and_rlx(&m->word, ~(uint64_t)STARVING);
}

static enum blocked blocked_as(enum wait_reason why) {
  return why == WAIT_ONCE ? BLOCKED_ONCE : why == WAIT_RWMUTEX_W ? BLOCKED_WRITER : BLOCKED_MUTEX;
}

// wait_turn parks in the queue. True: m was handed over.
static bool wait_turn(cr_mutex *m, struct contender *me, enum wait_reason why) {
  struct g *gp = me->gp;
  gp->waiting = &me->sg;
  park_blocked(lock_of(m), why);
  gp->waiting = NULL;
  if (me->sg.success) {  // A1
    leave_starving(m, me);
    return true;
  }
  me->woken = true;
  me->starving = nanotime() - me->sg.since_ns > STARVE_NS;
  me->spins = 0;
  return false;
}

// contend ends with m locked.
static void contend(cr_mutex *m, struct contender *me, enum wait_reason why) {
  for (;;) {
    uint64_t w = load_rlx(&m->word);
    if (is_free(w)) {
      if (try_take(m, me, &w)) return;
      continue;
    }
    if (spin(m, me, w)) continue;
    if (!me->said) waitfor_begin(me->gp, m, blocked_as(why), me->at);
    me->said = true;
    if (queue_up(m, me) && wait_turn(m, me, why)) return;
  }
}

static __attribute__((noinline)) void lock_slow(cr_mutex *m, struct g *gp, enum wait_reason why, callsite at) {
  struct contender me = {.gp = gp, .at = at, .sg = {.g = gp}};
  contend(m, &me, why);
  waitfor_taken(m, gp, at);
  if (me.said) waitfor_end(gp);
}

// guess is what gp saw last of the flags of m, or of a mutex that shares its place.
static inline uint8_t *guess(struct g *gp, const cr_mutex *m) {
  uintptr_t at = (uintptr_t)m;
  return &gp->mutex_flags[(at >> 4 ^ at >> 8) % sizeof gp->mutex_flags];
}

// try_fast takes a free mutex. The word may lie in another core's cache: a load before the CAS would fetch it twice, and
// the CAS would wait for it. So it guesses that the flags are those that gp saw last: while others wait, one that locks
// again and again finds WAITING and WOKEN.
static inline __attribute__((always_inline)) bool try_fast(cr_mutex *m, struct g *gp, callsite at) {
  uint64_t w = *guess(gp, m), me = owner_bits(gp);
  if (__builtin_expect(!cas_acq(&m->word, &w, w | me), 0)) {  // A1
    *guess(gp, m) = w & FLAGS;
    if (!is_free(w) || !cas_acq(&m->word, &w, w | me)) return false;  // A1
  }
  waitfor_taken(m, gp, at);
  return true;
}

void mutex_lock(cr_mutex *m, enum wait_reason why, callsite at) {
  struct g *gp = getg();
  if (!try_fast(m, gp, at)) lock_slow(m, gp, why, at);
}

bool mutex_trylock(cr_mutex *m, callsite at) {
  struct g *gp = getg();
  uint64_t me = owner_bits(gp), w = load_rlx(&m->word);
  while (is_free(w)) {
    if (!cas_acq(&m->word, &w, w | me)) continue;  // A1
    waitfor_taken(m, gp, at);
    return true;
  }
  return false;
}

void mutex_check_owner(const cr_mutex *m, const char *unlocked, uintptr_t pc) {
  static const char foreign[] = "sync: unlock of mutex locked by another goroutine";
  uint64_t w = load_rlx(&m->word);
  if (is_free(w)) {
    waitfor_misuse(m, "unlock-of-unlocked", pc);
    throw(unlocked);
  }
  if (w >> OWNER_SHIFT == getg()->goid) return;
  waitfor_misuse(m, "unlock-by-other", pc);
  throw(foreign);
}

// nobody_to_wake: nobody waits, or one that did is awake and tries.
static inline bool nobody_to_wake(uint64_t w) { return !(w & WAITING) || (w & (WOKEN | STARVING)) == WOKEN; }

// wake_one pops the first waiter and ends our ownership for it.
static void wake_one(cr_mutex *m, uint64_t me) {
  lock(lock_of(m));
  struct sudog *sg = waitq_pop(&m->waiters);
  CHECK(sg);
  struct g *gp = sg->g;
  if (waitq_empty(&m->waiters)) and_rlx(&m->word, ~(uint64_t)WAITING);
  bool hand_over = load_rlx(&m->word) & STARVING;
  sg->success = hand_over;
  if (!hand_over) or_rlx(&m->word, WOKEN);
  if (hand_over) waitfor_given(m, gp, gp->blocked_at);
  unlock(lock_of(m));
  // From here on WAITING may be set by others, so the flags are not stored, only the owner is changed.
  add_rel(&m->word, (hand_over ? owner_bits(gp) : 0) - me);  // R1
  ready(gp);
}

static __attribute__((noinline)) void unlock_slow(cr_mutex *m, struct g *gp, callsite at, uintptr_t pc) {
  uint64_t me = owner_bits(gp);
  mutex_check_owner(m, "sync: unlock of unlocked mutex", pc);
  if (waitfor_is_copy(m)) waitfor_misuse(m, "copied-lock", pc);
  waitfor_left(m, gp, at);
  uint64_t w = load_rlx(&m->word);
  while (nobody_to_wake(w))
    if (cas_rel(&m->word, &w, w - me)) return;  // R1
  wake_one(m, me);
}

// may_be_plain tells gp, now and then, whether a mutex that it unlocks is worth being made PLAIN.
static inline bool may_be_plain(struct g *gp) {
  uint32_t n = ++gp->locked_unlocks;
  return __builtin_expect(n % PLAIN_AFTER == 0, 0) && rseq_is_usable() && n / PLAIN_AFTER % (uint32_t)sched_procs() == 0;
}

// let_go ends gp's ownership if the word is w, and nobody is to be woken.
static inline __attribute__((always_inline)) bool let_go(cr_mutex *m, struct g *gp, uint64_t w) {
  uint64_t flags = w & FLAGS;
  if (flags & PLAIN) return rseq_store_if(&m->word, w, flags);  // R1
  return cas_rel(&m->word, &w, may_be_plain(gp) ? flags | PLAIN : flags);  // R1
}

// unlock_fast ends an ownership that nobody is to be woken for. It guesses the word as try_fast does; what else it might be,
// another's or nobody's, the CAS finds out.
static inline __attribute__((always_inline)) bool unlock_fast(cr_mutex *m, struct g *gp, callsite at) {
  uint64_t me = owner_bits(gp), w = me | *guess(gp, m);
  if (waitfor_is_copy(m)) return false;
  callsite before = waitfor_left(m, gp, at);
  if (__builtin_expect(nobody_to_wake(w) && let_go(m, gp, w), 1)) return true;  // R1
  w = load_rlx(&m->word);
  *guess(gp, m) = w & FLAGS;
  if (w - me <= FLAGS && nobody_to_wake(w) && cas_rel(&m->word, &w, w - me)) return true;  // R1
  waitfor_kept(m, gp, before);
  return false;
}

void mutex_unlock(cr_mutex *m, callsite at, uintptr_t pc) {
  struct g *gp = getg();
  if (!unlock_fast(m, gp, at)) unlock_slow(m, gp, at, pc);
}

bool mutex_is_valid(const cr_mutex *m) {
  uint64_t w = load_rlx(&m->word);
  return waitq_is_valid(&m->waiters) && !(w & WAITING) == waitq_empty(&m->waiters);
}

// ---- the public calls ---------------------------------------------------------------------------

// As long as nobody parks or is woken they only touch the word, outside the runtime, and need no frame. The
// other way they keep one, for traces to name: no_tail is in place of a jump.
#define no_tail() __asm__ volatile("")

static __attribute__((noinline)) void lock_public_slow(cr_mutex *m, callsite at, uintptr_t pc) {
  struct g *gp = getg();
  rt_enter();
  lock_slow(m, gp, WAIT_MUTEX, at);
  rt_exit();
  race_mutex_locked(m, pc, callsite_context(at));
  lockorder_acquired(m, &m->id, LOCK_MUTEX, pc);
}

void cr_mutex_lock(cr_mutex *m) {
  struct g *gp = getg_or_nil();
  if (__builtin_expect(!gp, 0)) gp = getg();
  callsite at = callsite_here(gp);
  if (__builtin_expect(try_fast(m, gp, at), 1)) {
    race_mutex_locked(m, PC(), callsite_context(at));
    if (lockorder_is_on()) lockorder_acquired_by(gp, m, &m->id, LOCK_MUTEX, PC());
    return;
  }
  lock_public_slow(m, at, PC());
  no_tail();
}

bool cr_mutex_trylock(cr_mutex *m) {
  callsite at = callsite_here(getg());
  if (!mutex_trylock(m, at)) return false;
  race_mutex_locked(m, PC(), callsite_context(at));
  lockorder_acquired(m, &m->id, LOCK_MUTEX | LOCK_TRIED, PC());
  return true;
}

static __attribute__((noinline)) void unlock_public_slow(cr_mutex *m, callsite at, uintptr_t pc) {
  struct g *gp = getg();
  rt_enter();
  unlock_slow(m, gp, at, pc);
  rt_exit();
}

// unlock_watched is the whole of it while the watch over lock orders is on.
static __attribute__((noinline)) void unlock_watched(cr_mutex *m, callsite at, uintptr_t pc) {
  struct g *gp = getg();
  lockorder_released_by(gp, m, &m->id);
  race_mutex_unlocks(m);
  if (!unlock_fast(m, gp, at)) unlock_public_slow(m, at, pc);
}

void cr_mutex_unlock(cr_mutex *m) {
  struct g *gp = getg_or_nil();
  if (__builtin_expect(!gp, 0)) gp = getg();
  callsite at = callsite_here(gp);
  if (lockorder_is_on()) {
    unlock_watched(m, at, PC());
    no_tail();
    return;
  }
  race_mutex_unlocks(m);
  if (__builtin_expect(unlock_fast(m, gp, at), 1)) return;
  unlock_public_slow(m, at, PC());
  no_tail();
}
