// SPDX-License-Identifier: Apache-2.0
// lockheld.h: what each goroutine holds, as the watch over the order of locks knows it.
//
// The list is by order of acquisition. What was released stays at its place until another takes it, so a lock taken again at the
// same depth finds most of its entry made.
#ifndef CRUN_DIAG_LOCKHELD_H
#define CRUN_DIAG_LOCKHELD_H

#include "diag/order/lockgraph.h"
#include "diag/order/lockorder.h"
#include "diag/order/lockstack.h"
#include "race/race.h"

enum { RECENT = 4, FIRST_HELD = 3, MAX_HELD = 16, KNOWN = 8 };

struct held {
  const void *lock;
  _Atomic uint32_t *id_at;  // of crun's own: nil of libc's, whose id is always known
  struct site site;
  uint64_t chain;         // a hash of all up to this one, if below is still that of the one before; 0: unknown
  uint64_t below;
  uint64_t known, told;   // lockwait.h's: order->count when it was taken; the first that went out since, or 0
  uint32_t id;            // below order->chained, and of what was released
  uint32_t how;           // a lock_mode, perhaps with LOCK_TRIED and LOCK_FOREIGN
};
_Static_assert(sizeof(struct held) == 128, "indexed by a shift");

struct lock_order {
  uint32_t n, cap;
  uint32_t lost;          // acquisitions beyond MAX_HELD
  uint32_t fresh, high;   // held[fresh] to held[high - 1] were taken since the last publication, if still there
  uint32_t chained;       // how many of held have an id and a chain
  struct held *held;      // by order of acquisition
  struct moment now;      // line 0: none yet
  bool dirty;             // a request was made in this moment
  struct past *past;
  struct held *recent;    // RECENT of those whose place was taken by another since; made when first needed
  uint32_t nrecent;
  uint32_t stamp;         // bumped when past or now changes
  uint32_t wait;          // the last wait that nobody knows to be over, or 0
  uint64_t waited;        // a hash of the last wait
  uint64_t count;         // lockwait.h's: the highest that is known
  struct {
    uint64_t shape;
    uint32_t stamp;
  } known[KNOWN];
  struct held first[FIRST_HELD];
};

static inline enum lock_mode held_mode(const struct held *h) { return h->how & ~(LOCK_TRIED | LOCK_FOREIGN); }
static inline bool held_was_tried(const struct held *h) { return h->how & LOCK_TRIED; }

// order_of is gp's, made if needed. order_free gives it back.
struct lock_order *order_new(struct g *gp);
static inline struct lock_order *order_of(struct g *gp) { return gp->order ? gp->order : order_new(gp); }
void order_free(struct g *gp);

// held_grow makes room for more; false: there is all there may be.
bool held_grow(struct lock_order *o);

// held_remove takes the i'th out. held_remember keeps h, which was released, for the operation that may follow.
void held_remove(struct lock_order *o, uint32_t i);
void held_remember(struct lock_order *o, const struct held *h);

// What lies between a frame's variables is what AddressSanitizer forbids to read.
#ifdef __SANITIZE_ADDRESS__
#define READS_STACK __attribute__((noinline, no_sanitize("address")))
#else
#define READS_STACK inline __attribute__((always_inline))
#endif

static READS_STACK void copy_words(uintptr_t *to, const volatile uintptr_t *from) {
#pragma GCC unroll 8
  for (size_t i = 0; i < SITE_WORDS; i++) to[i] = from[i];
}

// note_at fills in where the lock was taken: by the call that returns to pc, when the stack pointer was cfa.
static READS_STACK void note_at(struct site *s, uintptr_t pc, const uintptr_t *cfa) {
  s->pc = pc;
  s->sp = (uintptr_t)cfa;
  if (cfa) copy_words(s->word, cfa);
}

// note is note_at if cfa is the caller's stack pointer, for the public call gave way to us; else that is found above, by the
// return address.
static READS_STACK void note(struct site *s, uintptr_t pc, const uintptr_t *cfa) {
  enum { SCAN = 24 };
  s->pc = pc;
  s->ctx = race_context(pc);
  if (s->ctx) return;
  const uintptr_t *end = cfa + SCAN;
  while (__builtin_expect(cfa[-1] != pc, 0) && cfa < end) cfa++;
  note_at(s, pc, cfa < end ? cfa : NULL);
}

// held_push enters an acquisition at the top of what is held, which has room. The lock's number is at id, or if that is nil,
// known. A chain stays right if it is the same lock.
static inline __attribute__((always_inline)) void held_push(struct lock_order *o, const void *lock, _Atomic uint32_t *id,
                                                            uint32_t number, unsigned how, uintptr_t pc, const uintptr_t *cfa) {
  struct held *h = &o->held[o->n++];
  if (h->lock != lock || h->how != how || h->id != (id ? load_rlx(id) : number)) h->chain = 0;
  h->lock = lock;
  h->id_at = id;
  if (!id) h->id = number;
  h->how = how;
  h->known = o->count;
  h->told = 0;
  if (o->n > o->high) o->high = o->n;
  note(&h->site, pc, cfa);
}

// held_is_request tells whether the last acquisition, in the way how, is of interest: of a second lock, or by a writer.
static inline bool held_is_request(const struct lock_order *o, unsigned how) {
  return o->n > 1 || (how & ~LOCK_FOREIGN) == LOCK_WRITE;
}

// held_again is held_push of libc's lock if the place had the same one, taken in the same way; else false, and nothing is done.
// cfa is the caller's stack pointer.
static inline __attribute__((always_inline)) bool held_again(struct lock_order *o, const void *lock, uint32_t number, unsigned how,
                                                             uintptr_t pc, const uintptr_t *cfa) {
  struct held *h = &o->held[o->n];
  if (o->n == o->cap || h->lock != lock || h->how != how || h->id != number) return false;
  uint32_t ctx = race_context(pc);
  if (CRUN_RACE && !ctx) return false;
  if (CRUN_RACE) h->site.ctx = ctx;
  h->known = o->count;
  h->told = 0;
  if (++o->n > o->high) o->high = o->n;
  if (!ctx) note_at(&h->site, pc, cfa);
  return true;
}

// held_pop takes the last out.
static inline void held_pop(struct lock_order *o) {
  uint32_t n = --o->n;
  if (o->chained > n) o->chained = n;
  if (o->fresh > n) o->fresh = n;
}

#endif
