// SPDX-License-Identifier: Apache-2.0
// ops.c: the operations of played programs, compiled with -race as users' code is.
#include "ops.h"

#include <crun/short.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

// ---- accesses --------------------------------------------------------------------------------------

typedef unsigned char u1;
typedef uint16_t __attribute__((aligned(1))) u2;
typedef uint32_t __attribute__((aligned(1))) u4;
typedef uint64_t __attribute__((aligned(1))) u8;
typedef uint64_t __attribute__((aligned(1), vector_size(16))) u16;
typedef uint64_t __attribute__((aligned(1), vector_size(32))) u32;
typedef uint64_t __attribute__((aligned(1), vector_size(64))) u64;
typedef struct __attribute__((packed)) { char c[24]; } u24;

#define READ(T, p) __asm__ volatile("" : : "r"(*(const T *)(p)))
#define READ_WIDE(T, p)           \
  do {                            \
    T v = *(const T *)(p);        \
    __asm__ volatile("" : : "x"(v)); \
  } while (0)
#define READ_IN_MEMORY(T, p)         \
  do {                               \
    T v = *(const T *)(p);           \
    __asm__ volatile("" : : "r"(&v) : "memory"); \
  } while (0)

static NOINLINE void read_at(const char *p, int size) {
  switch (size) {
    case 1: READ(u1, p); break;
    case 2: READ(u2, p); break;
    case 4: READ(u4, p); break;
    case 8: READ(u8, p); break;
    case 16: READ_WIDE(u16, p); break;
    case 24: READ_IN_MEMORY(u24, p); break;
    case 32: READ_IN_MEMORY(u32, p); break;
    case 64: READ_IN_MEMORY(u64, p); break;
    default: abort();
  }
}

static NOINLINE void write_at(char *p, int size) {
  switch (size) {
    case 1: *(u1 *)p = 3; break;
    case 2: *(u2 *)p = 5; break;
    case 4: *(u4 *)p = 7; break;
    case 8: *(u8 *)p = 9; break;
    case 16: *(u16 *)p = (u16){11, 12}; break;
    case 24: *(u24 *)p = (u24){{13}}; break;
    case 32: *(u32 *)p = (u32){14, 15, 16, 17}; break;
    case 64: *(u64 *)p = (u64){18}; break;
    default: abort();
  }
}

static NOINLINE void add_at(char *p, int size) {
  switch (size) {
    case 1: *(u1 *)p += 3; break;
    case 2: *(u2 *)p += 5; break;
    case 4: *(u4 *)p += 7; break;
    case 8: *(u8 *)p += 9; break;
    case 16: *(u16 *)p += (u16){11, 12}; break;
    case 32: *(u32 *)p += (u32){14, 15, 16, 17}; break;
    default: abort();
  }
}

static NOINLINE void volatile_at(const char *p, int size) {
  switch (size) {
    case 1: (void)*(const volatile u1 *)p; break;
    case 2: (void)*(const volatile u2 *)p; break;
    case 4: (void)*(const volatile u4 *)p; break;
    case 8: (void)*(const volatile u8 *)p; break;
    default: abort();
  }
}

#define SUM(T)                                                                       \
  do {                                                                               \
    unsigned long sum = 0;                                                           \
    for (long i = 0, n = hide(a->n); i < n; i++) sum += ((const T *)a->p)[i * a->stride]; \
    sink(sum);                                                                       \
  } while (0)
#define SET(T)                                                                       \
  do {                                                                               \
    for (long i = 0, n = hide(a->n); i < n; i++) ((T *)a->p)[i * a->stride] = (T)n;  \
  } while (0)

static NOINLINE void sum_at(const struct access_op_at *at) {
  const struct access_op_at copy = *at, *a = &copy;
  switch (a->size) {
    case 1: SUM(u1); break;
    case 2: SUM(u2); break;
    case 4: SUM(u4); break;
    case 8: SUM(u8); break;
    default: abort();
  }
}

static NOINLINE void set_at(const struct access_op_at *at) {
  const struct access_op_at copy = *at, *a = &copy;
  switch (a->size) {
    case 1: SET(u1); break;
    case 2: SET(u2); break;
    case 4: SET(u4); break;
    case 8: SET(u8); break;
    default: abort();
  }
}

static NOINLINE void access_at(const struct access_op_at *a) {
  switch (a->op) {
    case OP_READ: read_at(a->p, a->size); break;
    case OP_WRITE: write_at(a->p, a->size); break;
    case OP_ADD: add_at(a->p, a->size); break;
    case OP_VOLATILE: volatile_at(a->p, a->size); break;
    case OP_FILL: memset(a->p, 1, hide(a->size)); break;
    case OP_COPY: memcpy(a->p, a->from, hide(a->size)); break;
    case OP_MOVE: memmove(a->p, a->from, hide(a->size)); break;
    case OP_COMPARE: sink(memcmp(a->p, (char *)hide((long)a->p), hide(a->size))); break;
    case OP_SUM: sum_at(a); break;
    case OP_SET: set_at(a); break;
    default: abort();
  }
}

static NOINLINE void left(const struct access_op_at *a, int depth);
static NOINLINE void right(const struct access_op_at *a, int depth);

void op_access(const struct access_op_at *a, int depth) {
  if (depth <= 0) access_at(a);
  else if (depth % 2) left(a, depth);
  else right(a, depth);
  __asm__ volatile("");
}

static NOINLINE void left(const struct access_op_at *a, int depth) {
  op_access(a, depth / 2);
  __asm__ volatile("");
}

static NOINLINE void right(const struct access_op_at *a, int depth) {
  op_access(a, depth / 2 - 1);
  __asm__ volatile("");
}

// ---- atomics ---------------------------------------------------------------------------------------

#define ATOMICALLY(T)                                                                                    \
  switch (op) {                                                                                          \
    case ATOMIC_LOAD: sink((unsigned long)__atomic_load_n((T *)p, order)); return false;                 \
    case ATOMIC_STORE: __atomic_store_n((T *)p, (T)1, order); return true;                               \
    case ATOMIC_EXCHANGE: sink((unsigned long)__atomic_exchange_n((T *)p, (T)2, order)); return true;    \
    case ATOMIC_ADD: sink((unsigned long)__atomic_fetch_add((T *)p, (T)3, order)); return true;          \
    case ATOMIC_AND: sink((unsigned long)__atomic_fetch_and((T *)p, (T)4, order)); return true;          \
    case ATOMIC_NAND: sink((unsigned long)__atomic_fetch_nand((T *)p, (T)5, order)); return true;        \
    case ATOMIC_XOR: sink((unsigned long)__atomic_xor_fetch((T *)p, (T)6, order)); return true;          \
    case ATOMIC_CAS: case ATOMIC_CAS_WEAK: {                                                             \
      T want;                                                                                            \
      there(p, &want, sizeof want);                                                                      \
      if (!succeed) want++;                                                                              \
      return op == ATOMIC_CAS ? __atomic_compare_exchange_n((T *)p, &want, (T)7, false, order, fail_order) \
                              : __atomic_compare_exchange_n((T *)p, &want, (T)7, true, order, fail_order); \
    }                                                                                                    \
    default: abort();                                                                                    \
  }

#define ATOMIC(T, name) \
  static NOINLINE bool name(enum atomic_op op, void *p, int order, int fail_order, bool succeed) { ATOMICALLY(T) }

ATOMIC(uint8_t, atomic1)
ATOMIC(uint16_t, atomic2)
ATOMIC(uint32_t, atomic4)
ATOMIC(uint64_t, atomic8)
ATOMIC(unsigned __int128, atomic16)

bool op_atomic(enum atomic_op op, void *p, int size, int order, int fail_order, bool succeed) {
  switch (size) {
    case 1: return atomic1(op, p, order, fail_order, succeed);
    case 2: return atomic2(op, p, order, fail_order, succeed);
    case 4: return atomic4(op, p, order, fail_order, succeed);
    case 8: return atomic8(op, p, order, fail_order, succeed);
    default: return atomic16(op, p, order, fail_order, succeed);
  }
}

void op_fence(int order) { __atomic_thread_fence(order); }

// ---- channels, select ---------------------------------------------------------------------------------

bool op_send(enum chan_op how, long_chan c) {
  bool sent = true;
  switch (how) {
    case CHAN_PLAIN: chan_send(c, 1); break;
    case CHAN_TRY: sent = chan_try_send(c, 1); break;
    case CHAN_TIMEOUT: sent = chan_send_timeout(c, 1, 0); break;
    default: select { on_send(c, 1) {} }
  }
  return sent;
}

bool op_recv(enum chan_op how, long_chan c, void *into) {
  long own, *v = into ? into : &own;
  bool got = true;
  switch (how) {
    case CHAN_PLAIN: got = chan_recv(c, v); break;
    case CHAN_TRY: got = chan_try_recv(c, v); break;
    case CHAN_TIMEOUT: got = chan_recv_timeout(c, v, 0); break;
    default: select { on_recv(c, v) {} }
  }
  return got;
}

#define CASE(i)                                              \
  on_recv(i < n && !cases[i].is_send ? cases[i].c : nil, into[i]) { chosen = i; } \
  on_send(i < n && cases[i].is_send ? cases[i].c : nil, 1) { chosen = i; }

int op_select(const struct select_case *cases, int n, bool has_default) {
  long own[SELECT_CASES], *into[SELECT_CASES];
  long_chan nil = NULL;
  int chosen = SELECT_DEFAULT;
  for (int i = 0; i < SELECT_CASES; i++) into[i] = i < n && cases[i].into ? cases[i].into : &own[i];
  if (has_default) {
    select { CASE(0) CASE(1) CASE(2) CASE(3) on_default { } }
  } else {
    select { CASE(0) CASE(1) CASE(2) CASE(3) }
  }
  return chosen;
}

// ---- beginnings ---------------------------------------------------------------------------------------

static void begin(void *actor) { play((int)(uintptr_t)actor); }
static void begin_number(int actor) { play(actor); }
static void *begin_thread(void *actor) {
  play((int)(uintptr_t)actor);
  return NULL;
}
static int begin_group(void *actor) {
  play((int)(uintptr_t)actor);
  return 0;
}

void *op_start(enum start_op how, int actor, void *handle) {
  void *arg = (void *)(uintptr_t)actor;
  pthread_t t;
  switch (how) {
    case START_GO: go(begin_number, actor); break;
    case START_WITH: go_with(go_opts(.name = "actor"), begin, arg); break;
    case START_TIMER: return go_after_func(0, begin, arg);
    case START_THREAD: case START_JOINED:
      if (pthread_create(&t, NULL, begin_thread, arg)) abort();
      if (how == START_THREAD) pthread_detach(t);
      return (void *)t;
    case START_WG: wg_go((cr_waitgroup *)handle, begin, arg); break;
    case START_ASYNC: return async(begin_thread, arg);
    case START_GROUP: errgroup_go((cr_errgroup *)handle, begin_group, arg); break;
    default: abort();
  }
  return handle;
}

void op_join(enum start_op how, void *handle) {
  switch (how) {
    case START_JOINED: pthread_join((pthread_t)handle, NULL); break;
    case START_WG: wg_wait((cr_waitgroup *)handle); break;
    case START_ASYNC: await((cr_future *)handle); break;
    case START_GROUP: errgroup_wait((cr_errgroup *)handle); break;
    default: abort();
  }
}

void op_context_func(cr_context *ctx, int actor) { cr_context_after_func(ctx, begin, (void *)(uintptr_t)actor); }

// ---- once, descriptors ----------------------------------------------------------------------------------

static void write8(void *p) { *(u8 *)p = 21; }
static void *write8_value(void *p) {
  write8(p);
  return p;
}
static void write8_placed(void) { write8(placed(0)); }

void op_once(struct once_any *o, char *p) {
  place(0, p);
  switch (o->how) {
    case ONCE: once_do(&o->once, write8_placed); break;
    case ONCE_VALUE: once_value_get(&o->value, write8_value, (void *)p); break;
    case ONCE_PTHREAD: pthread_once(&o->pthread, write8_placed); break;
  }
}

void op_put_byte(int fd) {
  uint64_t v = 1;
  if (write(fd, &v, sizeof v) != sizeof v) abort();
}

void op_get_byte(int fd) {
  uint64_t v;
  if (read(fd, &v, sizeof v) != sizeof v) abort();
}
