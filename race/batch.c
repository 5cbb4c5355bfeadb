// SPDX-License-Identifier: Apache-2.0
// batch.c: the checks that loops put down.
//
// The memory of memory comes from far away, and was asked for when they were put down: the accesses of a batch wait for it
// together. What is decided at once is what access_check_word decides at once, in a page of which this
// thread is the favourite; all else goes there.
#include "batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "abi.inc"
#include "access.h"
#include "context.h"
#include "epoch.h"
#include "inside.h"
#include "kernel.h"
#include "shadow.h"
#include "signal_hold.h"
#include "single.h"
#include "spin.h"
#include "touch.h"
#include "word.h"

#define ABI __attribute__((visibility("default")))

struct batched {
  uint64_t what;
  uintptr_t pc;
};

enum { ROOM = RACE_DEFERRED_ROOM / RACE_DEFERRED_SIZE };

_Static_assert(sizeof(struct batched) == RACE_DEFERRED_SIZE, "abi.inc");

extern _Thread_local struct batched __crun_deferred_room[ROOM + 1] __attribute__((tls_model("initial-exec")));
ABI _Alignas(RACE_DEFERRED_ROOM) _Thread_local struct batched __crun_deferred_room[ROOM + 1];

// The words of what: its address, its size, whether it writes.
static inline uint64_t twice_size(uint64_t what) { return (what & ~1ull) & -(what & ~1ull); }

static inline uintptr_t address_of(uint64_t what) { return (what - twice_size(what)) >> 2; }

static inline uint64_t kind_bytes_of(uint64_t what, uintptr_t addr) {
  uint64_t bytes = ((1ull << twice_size(what) / 2) - 1) << (addr & 7);
  return bytes | (what & 1 ? 0 : CELL_READ);
}

// is_hit: w has an entry of epoch cur that stands for the access.
static inline bool is_hit(const struct word *w, uint64_t cur, uint64_t kind_bytes) {
  return word_hit(w, cur | CELL_BYTES, hit_bits(!(kind_bytes & CELL_READ)) | (kind_bytes & CELL_BYTES));
}

// epoch_of is g's epoch, 0: there is none yet, or not every access is checked.
static inline uint64_t epoch_of(const race_g *g) {
  if (race_inside | race_hidden | g->ignores_any | single_is_on() | single_is_due()) return 0;
  return atomic_load_explicit(&g->cur, memory_order_relaxed);
}

// check_at_once leaves the page locked: the next one that is locked so takes its place. False: nothing was done.
static inline bool check_at_once(race_g *g, uint64_t cur, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc,
                                 struct word *w) {
  ctx_id ctx = ctx_recall(g, pc);
  if (__builtin_expect(!cur || !ctx, 0) || __builtin_expect(!page_lock_own(page_stripe_of(addr)), 0)) return false;
  return touch_word(g, addr, cur | (uint64_t)ctx << CELL_CTX_SHIFT | kind_bytes, w);
}

static void check_each(race_g *g, struct batched *first, struct batched *end) {
  uint64_t cur = epoch_of(g);
  for (struct batched *d = first; d < end; d++) {
    uint64_t what = d->what;
    uintptr_t addr = address_of(what), pc = d->pc;
    uint64_t kind_bytes = kind_bytes_of(what, addr);
    struct word *w = shadow_of(addr);
    *d = (struct batched){0};
    if (__builtin_expect(!what, 0) || is_hit(w, cur, kind_bytes)) continue;
    if (__builtin_expect(check_at_once(g, cur, addr, kind_bytes, pc, w), 1)) continue;
    page_unlock_own();
    access_check_word(g, addr, kind_bytes, pc, w);
    cur = epoch_of(g);
  }
  page_unlock_own();
}

static void forget(struct batched *first, struct batched *end) {
  for (struct batched *d = first; d < end; d++) *d = (struct batched){0};
}

// ---- the end of the process ------------------------------------------------------------------------
//
// Threads that have had a batch are known: who ends the process waits until what they have put down is checked. They are
// in a loop without calls, so it is soon; a loop that computes for long between two accesses is not waited for.

enum { KNOWN_MOST = 256, PATIENCE_MS = 50 };

static struct batched *_Atomic known[KNOWN_MOST];
static struct spin known_lock;  // a thread ends, or its room is looked at
static pthread_key_t end_key;
static _Thread_local bool is_known;

static void leave(void *place) {
  spin_lock(&known_lock);
  atomic_store_explicit((struct batched *_Atomic *)place, NULL, memory_order_relaxed);
  spin_unlock(&known_lock);
}

static __attribute__((noinline)) void become_known(void) {
  is_known = true;
  for (int i = 0; i < KNOWN_MOST; i++) {
    struct batched *none = NULL;
    if (!atomic_compare_exchange_strong_explicit(&known[i], &none, __crun_deferred_room, memory_order_relaxed,
                                                 memory_order_relaxed))
      continue;
    pthread_setspecific(end_key, (void *)&known[i]);
    return;
  }
}

static uint64_t oldest(int i) {
  spin_lock(&known_lock);
  const struct batched *room = atomic_load_explicit(&known[i], memory_order_relaxed);
  uint64_t what = room && room != __crun_deferred_room ? __atomic_load_n(&room->what, __ATOMIC_ACQUIRE) : 0;
  spin_unlock(&known_lock);
  return what;
}

void batch_all_checked(void) {
  signal_hold();
  batch_flush();
  for (int i = 0, ms = 0; i < KNOWN_MOST; i++)
    for (uint64_t what = oldest(i); what && oldest(i) == what && ms < PATIENCE_MS; ms++)
      kernel_sleep(&(struct timespec){.tv_nsec = 1000000});
  signal_unhold();
}

void batch_init(void) { pthread_key_create(&end_key, leave); }

// ------------------------------------------------------------------------------------------------------

ABI void *__crun_deferred(void *at) {
  struct batched *end = at, *first = (struct batched *)(((uintptr_t)at - 1) & -(uintptr_t)RACE_DEFERRED_ROOM);
  race_g *g = race_cur;
  if (__builtin_expect(!is_known, 0)) become_known();
  if (!g || single_is_on()) {
    forget(first, end);
  } else {
    signal_hold();  // a handler would find half of the batch
    check_each(g, first, end);
    signal_unhold();
  }
  return first;
}

struct batch_half batch_flush(void) {
  struct batched *first = __crun_deferred_room, *end = first;
  while (end < first + ROOM && end->what && end->pc) end++;
  struct batch_half half = {(unsigned)(end - first), end < first + ROOM ? end->what : 0};
  end->what = 0;
  if (end > first) __crun_deferred(end);
  return half;
}

void batch_restore(struct batch_half half) {
  if (half.what) __crun_deferred_room[half.place].what = half.what;
}
