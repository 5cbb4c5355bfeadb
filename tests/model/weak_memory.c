// SPDX-License-Identifier: Apache-2.0
// weak_memory.c: memory as C11 has it, for weak.c: atomics, plain accesses, and locks; what -fsanitize=thread calls.
//
// Memory is the operational form of release and acquire, with views: a location that is accessed by atomics has its stores in
// the order in which they were made, and a thread's view says for each location which of them is the oldest it may still read.
// A release attaches the thread's view to its store, who acquires that store takes it over; with it go the clocks by which
// plain accesses are found to be unordered. A read-modify-write reads the newest store and goes on with its release.
// Stronger than C11: a store is always the newest of its location (no execution needs two threads' stores to be seen in
// opposite order of two locations); seq_cst operations and fences all are one order, also with others' on the same location.
// No load reads from the future. -- x86's memory is stronger than this.
#include <string.h>
#include <sys/mman.h>

#include "weak_run.h"

char weak_arena[ARENA] __attribute__((aligned(64)));

// ---- views -----------------------------------------------------------------------------------------------

static void join(struct view *to, const struct view *from) {
  for (int i = 0; i < x->model->threads; i++)
    if (to->clk[i] < from->clk[i]) to->clk[i] = from->clk[i];
  for (int i = 0; i < x->nlocs; i++)
    if (to->seen[i] < from->seen[i]) to->seen[i] = from->seen[i];
}

static struct thread *me(void) { return &x->thread[x->running]; }

static void happened(uint64_t what, uint64_t value) { me()->history = mix(mix(me()->history, what), value); }

// ---- plain accesses ----------------------------------------------------------------------------------------

static struct byte *byte_of(uintptr_t p) {
  if (p < (uintptr_t)__data_start || p >= (uintptr_t)_end) return NULL;
  struct byte *b = &x->shadow[p - (uintptr_t)__data_start];
  if (b->run != x->run) *b = (struct byte){.run = x->run};
  return b;
}

static bool is_after(const uint16_t *clk) {
  for (int i = 0; i < x->model->threads; i++)
    if (i != x->running && clk[i] > me()->now.clk[i]) return false;
  return true;
}

static void touch(uintptr_t p, size_t n, bool writes, bool is_atomic) {
  for (size_t i = 0; i < n; i++) {
    struct byte *b = byte_of(p + i);
    if (!b) return;
    uint16_t clk = me()->now.clk[x->running];
    if (!is_after(b->write) || (writes && !is_after(b->read)) ||
        (!is_atomic && (!is_after(b->atomic_write) || (writes && !is_after(b->atomic_read)))))
      weak_fail("two accesses are ordered");
    (is_atomic ? writes ? b->atomic_write : b->atomic_read : writes ? b->write : b->read)[x->running] = clk;
  }
}

// ---- locations -------------------------------------------------------------------------------------------

static uint64_t memory(uintptr_t p, size_t n) {
  uint64_t v = 0;
  memcpy(&v, (const void *)p, n);
  return v;
}

static int message_new(struct location *l, uint64_t value, uint64_t event) {
  if (x->nmessages == MESSAGES) weak_fail("there are few stores");
  int i = x->nmessages++;
  struct message *m = &x->message[i];
  memset(m, 0, sizeof *m);
  m->value = value;
  m->event = event;
  m->next = -1;
  if (l->n++) x->message[l->last].next = i;
  else l->first = i;
  l->last = i;
  return i;
}

static struct location *find(uintptr_t p, size_t size) {
  for (int i = 0; i < x->nlocs; i++)
    if (x->loc[i].addr == p && x->loc[i].size == size) {
      struct message *m = &x->message[x->loc[i].last];
      if (m->unknown) m->value = memory(p, size), m->unknown = false;
      return &x->loc[i];
    }
  return NULL;
}

static struct location *location(uintptr_t p, size_t size) {
  struct location *l = find(p, size);
  if (l) return l;
  if (x->nlocs == LOCS) weak_fail("there are few locations");
  l = &x->loc[x->nlocs++];
  *l = (struct location){.addr = p, .size = size};
  message_new(l, memory(p, size), 1);
  return l;
}

static int index_of(const struct location *l) { return (int)(l - x->loc); }

static int nth(const struct location *l, int i) {
  int m = l->first;
  while (i-- > 0) m = x->message[m].next;
  return m;
}

// plain_write: an atomic location that is written plainly has a new value for who is ordered after it.
static void plain_write(uintptr_t p, size_t n) {
  for (int i = 0; i < x->nlocs; i++) {
    struct location *l = &x->loc[i];
    if (l->addr + l->size <= p || l->addr >= p + n) continue;
    find(l->addr, l->size);
    int m = message_new(l, 0, mix(me()->history, 77));
    x->message[m].unknown = true;
    me()->now.seen[i] = (uint16_t)(l->n - 1);
  }
}

// ---- atomics ---------------------------------------------------------------------------------------------

enum { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

static bool site_is_relaxed(uintptr_t pc, bool acquires) {
  int i = 0;
  for (; i < x->nsites; i++)
    if (x->sites[i].pc == pc && x->sites[i].acquires == acquires) return x->site == i;
  if (x->nsites < SITES) x->sites[x->nsites++] = (struct site){pc, acquires};
  return false;
}

static bool acquires(int order, uintptr_t pc) {
  if (order == RELAXED || order == RELEASE) return false;
  if (pc && site_is_relaxed(pc, true)) return false;
  return !pc || !x->no_acquire;
}

static bool releases(int order, uintptr_t pc) {
  if (order < RELEASE) return false;
  if (pc && site_is_relaxed(pc, false)) return false;
  return !pc || !x->no_release;
}

static void in_order(int order) {
  if (order != SEQ_CST || x->no_acquire || x->no_release) return;
  join(&me()->now, &x->order);
  join(&x->order, &me()->now);
}

static void take_over(const struct message *m, bool acquire) { join(acquire ? &me()->now : &me()->acquired, &m->view); }

static uint64_t read_message(struct location *l, int i, int order, uintptr_t pc) {
  const struct message *m = &x->message[nth(l, i)];
  uint64_t value = m->value;
  me()->now.seen[index_of(l)] = (uint16_t)i;
  happened(l->addr * 8 + 1, m->event);
  take_over(m, acquires(order, pc));
  return value;
}

// write_message makes the newest store; after: the message that a read-modify-write goes on with, -1: none.
static void write_message(struct location *l, uint64_t value, int order, uintptr_t pc, int after) {
  struct thread *t = me();
  uint64_t event = mix(mix(t->history, x->message[l->last].event), l->addr);
  happened(l->addr * 8 + 2, event);
  int m = message_new(l, value, event);
  t->now.seen[index_of(l)] = (uint16_t)(l->n - 1);
  if (releases(order, pc)) x->message[m].view = t->now;
  else x->message[m].view = t->released;
  x->message[m].view.seen[index_of(l)] = (uint16_t)(l->n - 1);
  if (after >= 0) join(&x->message[m].view, &x->message[after].view);
  t->now.clk[x->running]++;
  memcpy((void *)l->addr, &value, l->size);
}

static void begins(uintptr_t p, size_t n, bool writes, int order) {
  if (weak_shared(p, writes)) weak_step();
  touch(p, n, writes, true);
  in_order(order);
}

static uint64_t atomic_load(uintptr_t p, size_t n, int order, uintptr_t pc) {
  if (x->running < 0) return memory(p, n);
  begins(p, n, false, order);
  struct location *l = location(p, n);
  int oldest = me()->now.seen[index_of(l)], newest = l->n - 1;
  int i = newest == oldest ? newest : newest - weak_choose(newest - oldest + 1, true);
  return read_message(l, i, order, pc);
}

static void atomic_store(uintptr_t p, size_t n, uint64_t v, int order, uintptr_t pc) {
  if (x->running < 0) {
    memcpy((void *)p, &v, n);
    return;
  }
  begins(p, n, true, order);
  write_message(location(p, n), v, order, pc, -1);
  in_order(order);
}

typedef uint64_t (*change)(uint64_t old, uint64_t v);
static uint64_t change_xchg(uint64_t old, uint64_t v) { return (void)old, v; }
static uint64_t change_add(uint64_t old, uint64_t v) { return old + v; }
static uint64_t change_sub(uint64_t old, uint64_t v) { return old - v; }
static uint64_t change_and(uint64_t old, uint64_t v) { return old & v; }
static uint64_t change_or(uint64_t old, uint64_t v) { return old | v; }
static uint64_t change_xor(uint64_t old, uint64_t v) { return old ^ v; }

static uint64_t cut(uint64_t v, size_t n) { return n == 8 ? v : v & ((1ull << 8 * n) - 1); }

static uint64_t modify(struct location *l, change fn, uint64_t v, int order, uintptr_t pc) {
  int newest = l->last;
  uint64_t old = read_message(l, l->n - 1, order, pc);
  write_message(l, cut(fn(old, v), l->size), order, pc, newest);
  return old;
}

static uint64_t atomic_modify(uintptr_t p, size_t n, change fn, uint64_t v, int order, uintptr_t pc) {
  if (x->running < 0) {
    uint64_t old = memory(p, n), new = fn(old, v);
    memcpy((void *)p, &new, n);
    return old;
  }
  begins(p, n, true, order);
  uint64_t old = modify(location(p, n), fn, v, order, pc);
  in_order(order);
  return old;
}

// atomic_cas returns what it read: want, if it stored. It may fail by an older store of another value.
static uint64_t atomic_cas(uintptr_t p, size_t n, uint64_t want, uint64_t v, int order, int failed, uintptr_t pc) {
  want = cut(want, n), v = cut(v, n);
  if (x->running < 0) {
    uint64_t old = memory(p, n);
    if (old == want) memcpy((void *)p, &v, n);
    return old;
  }
  begins(p, n, true, order);
  struct location *l = location(p, n);
  int may[64], k = 0;
  for (int i = l->n - 1; i >= me()->now.seen[index_of(l)] && k < 64; i--)
    if (i == l->n - 1 || x->message[nth(l, i)].value != want) may[k++] = i;
  int i = may[k > 1 ? weak_choose(k, true) : 0];
  uint64_t old = x->message[nth(l, i)].value;
  if (i == l->n - 1 && old == want) modify(l, change_xchg, v, order, pc);
  else read_message(l, i, failed, pc);
  in_order(order);
  return old;
}

static void fence(int order) {
  if (x->running < 0) return;
  weak_step();
  if (order != RELEASE) join(&me()->now, &me()->acquired);
  in_order(order);
  if (order >= RELEASE) me()->released = me()->now;
  me()->now.clk[x->running]++;
  happened(3, (uint64_t)order);
  for (int i = 0; order == SEQ_CST && i < x->nlocs; i++) happened(4, x->order.seen[i]);
}

// ---- what the compiler calls -----------------------------------------------------------------------------

static void plain(const void *p, size_t n, bool writes) {
  if (!x) return;  // main has not come to weak_main yet
  if (x->running < 0) return;
  touch((uintptr_t)p, n, writes, false);
  if (writes) plain_write((uintptr_t)p, n);
}

void __tsan_init(void) {}
void __tsan_func_entry(void *pc) { (void)pc; }
void __tsan_func_exit(void) {}
void __tsan_atomic_signal_fence(int order) { (void)order; }
void __tsan_atomic_thread_fence(int order) { fence(order); }
void __tsan_read_range(void *p, size_t n) { plain(p, n, false); }
void __tsan_write_range(void *p, size_t n) { plain(p, n, true); }

#define PLAIN(n)                                                  \
  void __tsan_read##n(void *p) { plain(p, n, false); }            \
  void __tsan_write##n(void *p) { plain(p, n, true); }            \
  void __tsan_unaligned_read##n(void *p) { plain(p, n, false); }  \
  void __tsan_unaligned_write##n(void *p) { plain(p, n, true); }
PLAIN(1) PLAIN(2) PLAIN(4) PLAIN(8) PLAIN(16)

void *__tsan_memset(void *p, int c, size_t n) {
  plain(p, n, true);
  return memset(p, c, n);
}

void *__tsan_memcpy(void *to, const void *from, size_t n) {
  plain(from, n, false);
  plain(to, n, true);
  return memmove(to, from, n);
}

void *__tsan_memmove(void *to, const void *from, size_t n) { return __tsan_memcpy(to, from, n); }

#define HERE (uintptr_t)__builtin_return_address(0)
#define MODIFY(bits, name)                                                                      \
  uint##bits##_t __tsan_atomic##bits##_##name(void *p, uint##bits##_t v, int order) {           \
    return (uint##bits##_t)atomic_modify((uintptr_t)p, bits / 8, change_##name, v, order, HERE); \
  }
#define change_exchange change_xchg
#define change_fetch_add change_add
#define change_fetch_sub change_sub
#define change_fetch_and change_and
#define change_fetch_or change_or
#define change_fetch_xor change_xor
#define ATOMIC(bits)                                                                                                 \
  uint##bits##_t __tsan_atomic##bits##_load(const void *p, int order) {                                              \
    return (uint##bits##_t)atomic_load((uintptr_t)p, bits / 8, order, HERE);                                         \
  }                                                                                                                  \
  void __tsan_atomic##bits##_store(void *p, uint##bits##_t v, int order) {                                           \
    atomic_store((uintptr_t)p, bits / 8, v, order, HERE);                                                            \
  }                                                                                                                  \
  MODIFY(bits, exchange) MODIFY(bits, fetch_add) MODIFY(bits, fetch_sub) MODIFY(bits, fetch_and)                     \
  MODIFY(bits, fetch_or) MODIFY(bits, fetch_xor)                                                                     \
  uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(void *p, uint##bits##_t want, uint##bits##_t v, int order, \
                                                            int failed) {                                            \
    return (uint##bits##_t)atomic_cas((uintptr_t)p, bits / 8, want, v, order, failed, HERE);                         \
  }                                                                                                                  \
  bool __tsan_atomic##bits##_compare_exchange_strong(void *p, uint##bits##_t *want, uint##bits##_t v, int order,     \
                                                     int failed) {                                                   \
    uint##bits##_t old = (uint##bits##_t)atomic_cas((uintptr_t)p, bits / 8, *want, v, order, failed, HERE);          \
    bool did = old == *want;                                                                                         \
    *want = old;                                                                                                     \
    return did;                                                                                                      \
  }                                                                                                                  \
  bool __tsan_atomic##bits##_compare_exchange_weak(void *p, uint##bits##_t *want, uint##bits##_t v, int order,       \
                                                   int failed) {                                                     \
    return __tsan_atomic##bits##_compare_exchange_strong(p, want, v, order, failed);                                 \
  }
ATOMIC(8) ATOMIC(16) ATOMIC(32) ATOMIC(64)

// ---- memory and locks --------------------------------------------------------------------------------------

void *weak_alloc(size_t n) {
  if (x->arena_used + n + LOW > ARENA) weak_fail("there is little memory");
  void *p = weak_arena + x->arena_used;
  x->arena_used += (n + LOW - 1) & ~(size_t)(LOW - 1);
  if (x->running >= 0) plain(p, n, true);
  return memset(p, 0, n);
}

// A block that was freed is written by nobody whom anybody is ordered after.
void weak_free(void *p, size_t n) {
  if (x->running < 0 || !p) return;
  plain(p, n, true);
  for (size_t i = 0; i < n; i++)
    for (int t = 0; t < T; t++) byte_of((uintptr_t)p + i)->write[t] = UINT16_MAX;
}

static bool is_taken(uint32_t *word) {
  int i = 0;
  while (i < x->nlocks && x->lock[i] != (uintptr_t)word) i++;
  if (i == x->nlocks && i < LOCKS) x->lock[x->nlocks++] = (uintptr_t)word;
  return x->no_lock != i;
}

void weak_lock(uint32_t *word) {
  if (x->running < 0 || !is_taken(word)) return;
  me()->waits = word;
  weak_step();
  me()->waits = NULL;
  modify(location((uintptr_t)word, sizeof *word), change_xchg, 1, ACQ_REL, 0);
}

bool weak_trylock(uint32_t *word) {
  if (x->running < 0 || !is_taken(word)) return true;
  weak_step();
  struct location *l = location((uintptr_t)word, sizeof *word);
  if (x->message[l->last].value) {
    read_message(l, l->n - 1, RELAXED, 0);
    return false;
  }
  modify(l, change_xchg, 1, ACQ_REL, 0);
  return true;
}

void weak_unlock(uint32_t *word) {
  if (x->running < 0 || !is_taken(word)) return;
  write_message(location((uintptr_t)word, sizeof *word), 0, RELEASE, 0, -1);
}

bool weak_is_free(const uint32_t *word) {
  struct location *l = find((uintptr_t)word, sizeof *word);
  return !l || x->message[l->last].value == 0;
}
