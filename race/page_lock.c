// SPDX-License-Identifier: Apache-2.0
// page_lock.c: who is favourite of which stripe, and how that ends.
//
// A stripe becomes shared when threads take turns and each locks it for what page_share is for.
//
// A thread becomes favourite of a stripe when it locked it so many times in a row (`patience`). Each one that is
// struck out by another makes everybody wait longer: after n of them at least 64 n locks stand behind each new
// favourite, so that the cost of striking out becomes small beside what was done meanwhile. One is forgiven for each
// half of a millisecond or so, fifty times what it cost, and half of them by a scan: programs have phases. A stripe
// whose favourite was struck out does not forget it: there it takes eight times as long each time.
#include "page_lock.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "alloc.h"
#include "shadow.h"
#include "tls.h"

#ifndef PAGE_PATIENCE  // tests/model has less
#define PAGE_PATIENCE 8
#define PAGE_PATIENCE_STEP 64
#define PAGE_USERS 256
#endif

enum {
  USERS = PAGE_USERS,     // threads beyond are favourites of nothing
  STREAK_MAX = 1023, STRUCK_MAX = 2, STRUCK_NEVER = 3, SHARES_MAX = 7, SHARES_STREAK = 3,
  PATIENCE_FIRST = PAGE_PATIENCE,
  PATIENCE_STEP = PAGE_PATIENCE_STEP,
  PATIENCE_MAX = STREAK_MAX,
  SHARE_PATIENCE = PATIENCE_FIRST + 4 * PATIENCE_STEP,
  FORGIVE_SHIFT = 20,     // cycles of the processor's clock, for one that was struck out
};

struct page_stripe page_stripes[PAGE_STRIPES];

static struct page_user users[USERS], nobody;
_Thread_local struct page_self page_self __attribute__((tls_model("local-exec"))) = {&nobody, UINT16_MAX, false};

static pthread_key_t end_key;
static bool favours;                            // read-only after init: the kernel can do it
static _Atomic uint32_t struck, struck_lately;

uint32_t page_struck(void) { return atomic_load_explicit(&struck, memory_order_relaxed); }

static bool membarrier_call(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

static void barrier(void) {
  int error = errno;
  if (!membarrier_call(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) race_fatal("membarrier worked at the start and fails now");
  errno = error;
}

static void unmark(struct page_stripe *s) { __atomic_store_n(&s->user, 0, __ATOMIC_RELAXED); }

// leave gives this thread's place back; whatever it still does at its end it does as nobody.
static void leave(void *user) {
  page_self = (struct page_self){&nobody, UINT16_MAX, true};
  atomic_store_explicit(&((struct page_user *)user)->taken, false, memory_order_release);
}

void page_lock_init(void) {
  favours = membarrier_call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && pthread_key_create(&end_key, leave) == 0;
}

// own_tls calls fn for the stripe of each page with thread-locals of this thread.
static bool own_tls(bool (*fn)(struct page_stripe *, const struct page_stripe *), const struct page_stripe *s) {
  uintptr_t top = tls_top();
  for (uintptr_t at = (top - tls_bytes) & -(uintptr_t)SHADOW_PAGE_APP; tls_bytes && at < top; at += SHADOW_PAGE_APP)
    if (fn(page_stripe_of(at), s)) return true;
  return false;
}

static bool is_same(struct page_stripe *t, const struct page_stripe *s) { return t == s; }

static bool disown(struct page_stripe *t, const struct page_stripe *s) {
  spin_lock(&t->lock);
  if (t->user == page_self.mark) unmark(t);
  spin_unlock(&t->lock);
  return false;
}

// join makes this thread a user, if there is a place. It is asked once: not again when it has left.
static void join(void) {
  page_self.asked = true;
  for (int i = 0; favours && i < USERS; i++) {
    if (atomic_load_explicit(&users[i].taken, memory_order_relaxed)) continue;
    if (atomic_exchange_explicit(&users[i].taken, true, memory_order_acquire)) continue;
    page_self = (struct page_self){&users[i], PAGE_FAVOURITE | (i + 1), true};
    pthread_setspecific(end_key, &users[i]);
    own_tls(disown, NULL);
    return;
  }
}

static void wait_out(const struct page_user *u, const struct page_stripe *s) {
  for (int i = 0; __atomic_load_n(&u->in, __ATOMIC_ACQUIRE) == s; i++)  // A2
    if (i < 200) __builtin_ia32_pause();
    else sched_yield();
}

// others_favourite: s has one, and it is not this thread.
static bool others_favourite(const struct page_stripe *s) {
  uint16_t user = __atomic_load_n(&s->user, __ATOMIC_RELAXED);
  return user & PAGE_FAVOURITE && user != page_self.mark;
}

// struck_one: the favourite of s was one of several who use it.
static void struck_one(struct page_stripe *s) {
  if (s->struck < STRUCK_MAX) s->struck++;
  s->streak = s->shares = 0;
}

void page_unfavoured(struct page_stripe *s) { s->struck = STRUCK_NEVER; }

static void wait_sharers(const struct page_stripe *s) {
  for (int i = 0; i < USERS; i++) wait_out(&users[i], page_shared_in(s));
}

static void strike_out(struct page_stripe *s) {
  uint16_t user = s->user;
  unmark(s);
  struck_one(s);
  barrier();
  if (user == PAGE_SHARED) wait_sharers(s);
  else wait_out(&users[(user & ~PAGE_FAVOURITE) - 1], s);
  atomic_fetch_add_explicit(&struck, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&struck_lately, 1, memory_order_relaxed);
}

// forgive takes off *n, and off what all know of, one for each while that has passed.
static void forgive(uint32_t *n) {
  static _Atomic uint64_t when;
  uint64_t now = __builtin_ia32_rdtsc() >> FORGIVE_SHIFT, then = atomic_exchange_explicit(&when, now, memory_order_relaxed);
  if (now <= then) return;
  uint32_t less = now - then < *n ? *n - (uint32_t)(now - then) : 0;
  if (atomic_compare_exchange_strong_explicit(&struck_lately, n, less, memory_order_relaxed, memory_order_relaxed)) *n = less;
}

static uint32_t patience(void) {
  uint32_t n = atomic_load_explicit(&struck_lately, memory_order_relaxed);
  if (n) forgive(&n);
  uint64_t all = PATIENCE_FIRST + (uint64_t)n * PATIENCE_STEP;
  return all < PATIENCE_MAX ? all : PATIENCE_MAX;
}

// count is called with s locked by its word, and no favourite but this thread.
static void count(struct page_stripe *s) {
  uint16_t me = page_self.mark & ~PAGE_FAVOURITE;
  if (!s->share_last) s->shares = 0;
  s->share_last = false;
  if ((s->user & ~PAGE_FAVOURITE) != me) {
    __atomic_store_n(&s->user, me, __ATOMIC_RELAXED);
    s->streak = 0;
  }
  if (s->streak < STREAK_MAX) s->streak++;
  if (s->struck == STRUCK_NEVER || s->streak < PATIENCE_FIRST << 3 * s->struck) return;
  if (page_self.user == &nobody || s->streak < patience()) return;
  if (own_tls(is_same, s)) {
    s->streak = 0;
    return;
  }
  __atomic_store_n(&s->user, page_self.mark, __ATOMIC_RELAXED);  // for the next time
}

void page_could_share(struct page_stripe *s) {
  s->share_last = true;
  if (s->shares < SHARES_MAX) s->shares++;
  if (s->shares < SHARES_MAX || s->streak > SHARES_STREAK || s->user & PAGE_FAVOURITE || !favours) return;
  if (patience() > SHARE_PATIENCE) return;
  __atomic_store_n(&s->user, PAGE_SHARED, __ATOMIC_RELAXED);
}

void page_visit(struct page_stripe *s) {
  if (page_lock_own(s)) return;
  spin_lock(&s->lock);
  if (__builtin_expect(others_favourite(s), 0)) strike_out(s);
}

__attribute__((noinline)) void page_lock_word(struct page_stripe *s) {
  if (__builtin_expect(!page_self.asked, 0)) join();
  spin_lock(&s->lock);
  if (__builtin_expect(others_favourite(s), 0)) strike_out(s);
  count(s);
}

static void wait_all(void) {
  barrier();
  for (int i = 0; i < USERS; i++) {
    struct page_stripe *s = __atomic_load_n(&users[i].in, __ATOMIC_RELAXED);
    if (s && &users[i] != page_self.user) wait_out(&users[i], s);
  }
}

void page_favour_none(void) {
  uint64_t held[PAGE_STRIPES / 64] = {0};
  bool any = false;
  atomic_store_explicit(&struck_lately, atomic_load_explicit(&struck_lately, memory_order_relaxed) / 2, memory_order_relaxed);
  for (int i = 0; i < PAGE_STRIPES; i++) {
    if (!others_favourite(&page_stripes[i])) continue;
    spin_lock(&page_stripes[i].lock);
    unmark(&page_stripes[i]);
    held[i / 64] |= 1ull << i % 64;
    any = true;
  }
  if (!any) return;
  wait_all();
  for (int i = 0; i < PAGE_STRIPES / 64; i++)
    for (uint64_t m = held[i]; m; m &= m - 1) spin_unlock(&page_stripes[i * 64 + __builtin_ctzll(m)].lock);
}

void page_lock_all(void) {
  for (int i = 0; i < PAGE_STRIPES; i++) {
    spin_lock(&page_stripes[i].lock);
    unmark(&page_stripes[i]);
  }
  if (favours && race_threaded) wait_all();
}

void page_unlock_all(void) {
  for (int i = PAGE_STRIPES; i-- > 0;) spin_unlock(&page_stripes[i].lock);
}

void page_forked(void) {
  for (int i = 0; i < USERS; i++) {
    users[i].in = NULL;
    if (&users[i] != page_self.user) atomic_store_explicit(&users[i].taken, false, memory_order_relaxed);
  }
  if (favours) membarrier_call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}
