// SPDX-License-Identifier: Apache-2.0
// page_lock.h: the locks of shadow pages, which cost no atomic instruction while one thread has a page to itself.
//
// A locked instruction waits for every load and store before it: with one an access, the cache misses of a
// program that walks a list come one after the other. So each stripe of pages has a word to lock, and may have a
// favourite, the thread that locked it many times in a row. The favourite only says that it is in; another
// thread takes the word, strikes the favourite out, and makes every thread pass a full fence:
//
//     favourite:  in = stripe;    (compiler)    still my mark? (A1)    no: out again, take the word
//     another:    take the word;  unmark;       membarrier;            wait until in != stripe (A2)
//
// One of the two sees the other. While `in` is set no signal handler runs (signal.c): a favourite need not set
// race_inside too. No page with thread-locals of a thread has it for its favourite, so that the favourite's accesses
// need not be asked about those (tls.h). To strike out costs some 10 us, so each time it happens it takes longer to become
// a favourite (page_lock.c).
//
// Or it is shared: many threads at a time change, each in place, entries that nobody else changes (the older read of
// their own in a list of readers). They say so as a favourite does; who locks the word strikes all of them out.
//
// No page lock is taken with another held. The word is not taken while !race_threaded.
//   R1: the unlock of the word     A1: the lock of the word, which a favourite had to take to become one
//   R2: in = nil                   A2: the wait of who strikes out
// tests/model/page_lock_model.c runs this file and page_lock.c under every interleaving, stores that arrive late included.
#ifndef CRUN_RACE_PAGE_LOCK_H
#define CRUN_RACE_PAGE_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spin.h"

struct page_stripe {
  uint16_t user;    // under lock: number of who locked it last, or the mark of its favourite; 0: nobody in particular
  uint16_t streak : 10;        // under lock: how many times in a row
  uint16_t struck : 2;         // favourites that were struck out, up to 2; 3: it will have none
  uint16_t shares : 3;         // how many times in a row it was locked for what page_share is for
  uint16_t share_last : 1;
  struct spin lock;
};

_Static_assert(sizeof(struct page_stripe) == 8, "2 KiB of the application have 8 bytes of locks");

#ifndef PAGE_STRIPE_BITS  // tests/model has fewer
#define PAGE_STRIPE_BITS 14
#endif

enum {
  PAGE_STRIPES = 1 << PAGE_STRIPE_BITS,
  PAGE_FAVOURITE = 1 << 15,  // a favourite's mark is this and its number
  PAGE_SHARED = UINT16_MAX - 1,
};
extern struct page_stripe page_stripes[PAGE_STRIPES];

// A page_user is a thread as the stripes know it. It outlives the thread; the next one that gets it is favourite
// where that was.
struct page_user {
  _Alignas(64) struct page_stripe *in;  // the stripe it has locked as its favourite
  _Atomic bool taken;                   // a thread has it
};

// page_self is this thread; as long as it is nobody in particular, nothing has its mark.
extern _Thread_local struct page_self {
  struct page_user *user;
  uint16_t mark;
  bool asked;  // to become a user: once
} page_self __attribute__((tls_model("local-exec")));

// page_shared_in is what `in` is in a shared stripe.
static inline struct page_stripe *page_shared_in(const struct page_stripe *s) {
  return (struct page_stripe *)((uintptr_t)s | 1);
}

// page_lock_own locks s if this thread is its favourite. One that it had locked so before is unlocked (R2).
static inline bool page_lock_own(struct page_stripe *s) {
  uint16_t mark = page_self.mark;
  if (__builtin_expect(__atomic_load_n(&s->user, __ATOMIC_RELAXED) != mark, 0)) return false;
  struct page_user *me = page_self.user;
  __atomic_store_n(&me->in, s, __ATOMIC_RELEASE);
  atomic_signal_fence(memory_order_seq_cst);  // membarrier makes this a real fence
  if (__builtin_expect(__atomic_load_n(&s->user, __ATOMIC_ACQUIRE) == mark, 1)) return true;  // A1
  __atomic_store_n(&me->in, NULL, __ATOMIC_RELEASE);
  return false;
}

static inline void page_unlock_own(void) { __atomic_store_n(&page_self.user->in, NULL, __ATOMIC_RELEASE); }  // R2

// page_share lets this thread change in place what only it changes in s, until page_unlock_own. False: s is not shared.
static inline bool page_share(struct page_stripe *s) {
  if (__atomic_load_n(&s->user, __ATOMIC_RELAXED) != PAGE_SHARED || page_self.mark == UINT16_MAX) return false;
  struct page_user *me = page_self.user;
  __atomic_store_n(&me->in, page_shared_in(s), __ATOMIC_RELAXED);
  atomic_signal_fence(memory_order_seq_cst);
  if (__atomic_load_n(&s->user, __ATOMIC_ACQUIRE) == PAGE_SHARED) return true;  // A1
  __atomic_store_n(&me->in, NULL, __ATOMIC_RELEASE);
  return false;
}

// page_could_share is told that s, locked by its word, was locked for nothing else; soon it is shared.
void page_could_share(struct page_stripe *s);

// page_unfavoured is told that nobody is to be favourite of s, locked by its word: a page of it has an order that ends (tls.h).
void page_unfavoured(struct page_stripe *s);

// page_lock_word locks s by its word; page_visit does it for the scan, which is nobody's favourite.
void page_lock_word(struct page_stripe *s);
void page_visit(struct page_stripe *s);

static inline void page_lock_stripe(struct page_stripe *s) {
  if (!page_lock_own(s)) page_lock_word(s);
}

static inline void page_unlock_stripe(struct page_stripe *s) {
  if (__atomic_load_n(&page_self.user->in, __ATOMIC_RELAXED) == s) page_unlock_own();
  else spin_unlock(&s->lock);  // R1
}

void page_lock_init(void);

// page_favour_none strikes out all other threads at once: before one goes over everything.
void page_favour_none(void);

// Around fork. page_forked: in the child, whose other threads are gone.
void page_lock_all(void);
void page_unlock_all(void);
void page_forked(void);

// page_struck counts the favourites that were struck out one by one, for tests.
uint32_t page_struck(void);

#endif
