// SPDX-License-Identifier: Apache-2.0
// page_lock_model.c: the locks of shadow pages, race/page_lock.h, under the interleavings of a few threads.
//
// Each thread's stores reach the others late, in order, as on x86: it has a store buffer, and a thread of the model
// empties it whenever it likes. A locked instruction and membarrier empty it at once. Who locked the stripe once is its
// favourite, so that each lock after another thread's strikes a favourite out.
//
//   page_lock_model              two that lock; one and a scan that visits, or that favours nobody; sharers, and one that
//                                locks; three of these with at most two preemptions: seconds
//   page_lock_model deep         three with at most three preemptions: 8 s
//   page_lock_model no_barrier   who strikes out does not call membarrier
//   page_lock_model no_wait      who strikes out does not wait until the favourite is out
//   page_lock_model no_look      a favourite does not look again whether it still is
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "page_lock.h"

#include "explore.h"

enum { ACTORS = 3, BUFFER = 6 };
enum role { NOTHING, LOCKS_ONCE, LOCKS_TWICE, VISITS, FAVOURS_NONE, SHARES };

struct store {
  void *at;
  uint64_t value;
  size_t size;
};

static struct {
  int inside, sharing, passed;
  bool done[ACTORS];
  struct store buffer[ACTORS][BUFFER];
  int n[ACTORS];
  uint32_t arrived;  // stores, for who waits for one
} s;

static struct page_stripe *const stripe = &page_stripes[3];
static struct page_self nobody_yet, self[ACTORS];
static bool no_barrier, no_wait, no_look;
static enum role role[ACTORS];
static int actors, preemptions = 2;

bool race_threaded = true;
size_t tls_bytes;  // none: page_lock.c asks which pages have some

void model_step(void);
void model_saw(uint64_t value);
void model_wait(bool (*ready)(void *arg), void *arg);

_Noreturn void race_fatal(const char *what) { model_fail(what); }

// All threads of the model are one of the machine's: each takes its thread-locals along.
static void stop(bool (*ready)(void *arg), void *arg) {
  self[model_thread()] = page_self;
  model_wait(ready, arg);
  page_self = self[model_thread()];
}

// ---- memory ------------------------------------------------------------------------------------------

static void drain_one(int t) {
  struct store *first = &s.buffer[t][0];
  memcpy(first->at, &first->value, first->size);
  memmove(s.buffer[t], s.buffer[t] + 1, (BUFFER - 1) * sizeof(struct store));
  s.n[t]--;
  s.arrived++;
}

static void drain(int t) {
  while (s.n[t]) drain_one(t);
}

static bool is_of_others(const void *at) {
  return at >= (void *)page_stripes && at < (void *)(page_stripes + PAGE_STRIPES) && (at < (void *)stripe || at >= (void *)(stripe + 1));
}

// own_in is where this thread itself says it is: nobody else stores there, so to look is no step.
static uint64_t own_in(void) {
  uint64_t value = (uintptr_t)page_self.user->in;
  int t = model_thread();
  for (int i = 0; i < s.n[t]; i++)
    if (s.buffer[t][i].at == &page_self.user->in) value = s.buffer[t][i].value;
  return value;
}

uint64_t model_load(const void *at, size_t size, int order) {
  uint64_t value = 0;
  memcpy(&value, at, size);
  if (is_of_others(at)) return value;
  if (at == &page_self.user->in) return own_in();
  stop(NULL, NULL);
  int t = model_thread();
  memcpy(&value, at, size);
  for (int i = 0; i < s.n[t]; i++)
    if (s.buffer[t][i].at == at) value = s.buffer[t][i].value;
  if (no_look && order == __ATOMIC_ACQUIRE && size == sizeof stripe->user) value = page_self.mark;
  if (no_wait && order == __ATOMIC_ACQUIRE && size == sizeof(void *)) value = 0;
  model_saw(value);
  return value;
}

void model_store(void *at, size_t size, uint64_t value) {
  stop(NULL, NULL);
  int t = model_thread();
  if (s.n[t] == BUFFER) drain_one(t);
  s.buffer[t][s.n[t]++] = (struct store){at, value, size};
}

uint32_t model_exchange(void *at, uint32_t value) {
  uint32_t old;
  stop(NULL, NULL);
  drain(model_thread());
  memcpy(&old, at, sizeof old);
  memcpy(at, &value, sizeof value);
  s.arrived++;
  model_saw(old);
  return old;
}

static bool has_arrived(void *since) { return s.arrived != (uint32_t)(uintptr_t)since; }

void model_pause(void) { stop(has_arrived, (void *)(uintptr_t)s.arrived); }

static bool is_free(void *word) { return *(volatile uint32_t *)word == 0; }

void spin_lock_slow(uint32_t *word) {
  do stop(is_free, word);
  while (model_exchange(word, 1));
}

// ---- the kernel ----------------------------------------------------------------------------------------

long model_syscall(long number, ...) {
  va_list args;
  va_start(args, number);
  bool is_barrier = number == SYS_membarrier && va_arg(args, int) == 8;  // MEMBARRIER_CMD_PRIVATE_EXPEDITED
  va_end(args);
  if (!is_barrier || model_thread() >= actors) return 0;
  stop(NULL, NULL);
  for (int t = 0; t < actors && !no_barrier; t++) drain(t);
  return 0;
}

// ---- what each does --------------------------------------------------------------------------------------

static void section(bool visits) {
  if (visits) page_visit(stripe);
  else page_lock_stripe(stripe);
  model_check(s.inside++ == 0 && s.sharing == 0);
  stop(NULL, NULL);
  model_check(s.sharing == 0);
  s.inside--;
  s.passed++;
  page_unlock_stripe(stripe);
}

// shares changes what only it changes, beside others that do the same, if the stripe is still shared.
static void shares(void) {
  page_lock_stripe(stripe + 1);  // who never locked anything is known to nobody
  page_unlock_stripe(stripe + 1);
  if (page_share(stripe)) {
    model_check(s.inside == 0);
    s.sharing++;
    stop(NULL, NULL);
    model_check(s.inside == 0);
    s.sharing--;
    page_unlock_own();
  }
  s.passed++;
}

static bool has_stored(void *t) { return s.n[(int)(intptr_t)t] > 0 || s.done[(int)(intptr_t)t]; }

static void drains(int t) {
  for (;;) {
    model_forget();
    model_wait(has_stored, (void *)(intptr_t)t);
    if (s.n[t] == 0) return;
    drain_one(t);
  }
}

static void act(enum role r) {
  if (r == LOCKS_TWICE) section(false);
  if (r <= LOCKS_TWICE) section(false);
  if (r == VISITS) section(true);
  if (r == FAVOURS_NONE) page_favour_none();
  if (r == SHARES) shares();
}

static void run(int thread) {
  if (thread >= actors) {
    drains(thread - actors);
    return;
  }
  page_self = nobody_yet;
  act(role[thread]);
  s.done[thread] = true;
}

// ---- the search ------------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  memset(page_stripes, 0, sizeof page_stripes);
  if (role[0] == SHARES) stripe->user = PAGE_SHARED;
  page_self = nobody_yet;
  page_forked();  // gives the places of all users back
}

static uint64_t digest(void) {
  uint64_t h = model_mix(*(uint64_t *)stripe, ((uint64_t)s.inside * 8 + (uint64_t)s.sharing) * 64 + (uint64_t)s.passed);
  for (int t = 0; t < actors; t++) {
    h = model_mix(h, s.done[t]);
    for (int i = 0; i < s.n[t]; i++) h = model_mix(model_mix(h, (uintptr_t)s.buffer[t][i].at), s.buffer[t][i].value);
    h = model_mix(h, (uint64_t)s.n[t]);
    const struct page_self *who = t == model_thread() ? &page_self : &self[t];
    h = model_mix(h, who->user ? (uintptr_t)who->user->in * 2 + who->mark : 0);
  }
  return h;
}

static void finish(void) {
  int passes = 0;
  for (int t = 0; t < actors; t++) passes += role[t] == LOCKS_TWICE ? 2 : role[t] != FAVOURS_NONE;
  model_check(s.passed == passes);
}

static void explore(enum role a, enum role b, enum role c) {
  role[0] = a, role[1] = b, role[2] = c;
  actors = c ? 3 : 2;
  const struct model model = {"page_lock", 2 * actors, reset, run, digest, finish, 0, false, c ? preemptions : 0};
  printf("roles %d %d %d: %llu states, one is inside\n", a, b, c, (unsigned long long)model_explore(&model));
}

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  no_wait = strcmp(mistake, "no_wait") == 0;
  no_look = strcmp(mistake, "no_look") == 0;
  nobody_yet = page_self;
  page_lock_init();
  if (strcmp(mistake, "deep") == 0) preemptions = 3;
  explore(LOCKS_TWICE, LOCKS_ONCE, NOTHING);
  explore(LOCKS_TWICE, VISITS, NOTHING);
  explore(LOCKS_TWICE, FAVOURS_NONE, NOTHING);
  explore(SHARES, LOCKS_ONCE, NOTHING);
  explore(SHARES, VISITS, NOTHING);
  explore(LOCKS_TWICE, LOCKS_TWICE, NOTHING);
  explore(LOCKS_TWICE, LOCKS_ONCE, VISITS);
  explore(LOCKS_TWICE, LOCKS_ONCE, FAVOURS_NONE);
  explore(SHARES, SHARES, LOCKS_ONCE);
  return 0;
}
