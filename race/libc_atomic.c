// SPDX-License-Identifier: Apache-2.0
// libc_atomic.c: atomic operations that the detector does not do itself: those of inline assembly
// and of libatomic; and the lanes of masked vector accesses.
//
// The operation is not one step with its clocks here, so the edges lean to the safe side: a write
// releases before it and acquires after it whatever its order says, a read acquires.
//
//   R1: __crun_atomic_begin    A1: __crun_atomic_end, and begin itself: what came before may order
//                              the plain initialisation of the atomic
#include <stdbool.h>

#include "edge.h"
#include "libc.h"
#include "spin.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// The halves of 16 bytes may be read for themselves.
static void begin(const void *p, size_t n, bool write, uintptr_t pc) {
  const char *half = n == 16 ? (const char *)p + 8 : NULL;
  edge_acquire(p);  // A1
  if (half) edge_acquire(half);
  did(p, n, ACCESS_ATOMIC | (write ? ACCESS_WRITE : ACCESS_READ), pc);
  if (write) edge_release_merge(p);  // R1
  if (write && half) edge_release_merge(half);
}

CHECKED void __crun_atomic_begin(void *p, size_t n, int write) { begin(p, n, write, HERE); }
CHECKED void __crun_atomic_end(void *p) { edge_acquire(p); }  // A1

// ---- libatomic ----------------------------------------------------------------------------------

// Weak: who needs it links it. Without it the same is done under locks of ours, for calls that only
// instrumented code can make.
#define REAL(result, name, parameters) \
  extern result real_##name parameters __asm__(#name) __attribute__((weak))
REAL(void, __atomic_load, (size_t, const void *, void *, int));
REAL(void, __atomic_store, (size_t, void *, void *, int));
REAL(void, __atomic_exchange, (size_t, void *, void *, void *, int));
REAL(bool, __atomic_compare_exchange, (size_t, void *, void *, void *, int, int));

enum { LOCKS = 64 };
static struct spin locks[LOCKS];

static struct spin *lock_object(const void *p) {
  struct spin *l = &locks[(uintptr_t)p / 16 % LOCKS];
  spin_lock(l);
  return l;
}

static void load(size_t n, const void *p, void *to) {
  struct spin *l = lock_object(p);
  memcpy(to, p, n);
  spin_unlock(l);
}

static void exchange(size_t n, void *p, const void *v, void *old) {
  struct spin *l = lock_object(p);
  if (old) memmove(old, p, n);
  memcpy(p, v, n);
  spin_unlock(l);
}

static bool compare_exchange(size_t n, void *p, void *expected, const void *v) {
  struct spin *l = lock_object(p);
  bool same = memcmp(p, expected, n) == 0;
  if (same) memcpy(p, v, n);
  else memcpy(expected, p, n);
  spin_unlock(l);
  return same;
}

CHECKED void __crun___atomic_load(size_t n, const void *p, void *to, int mo) {
  begin(p, n, false, HERE);
  if (real___atomic_load) real___atomic_load(n, p, to, mo);
  else load(n, p, to);
  edge_acquire(p);  // A1
  did_write(to, n, HERE);
}

CHECKED void __crun___atomic_store(size_t n, void *p, void *v, int mo) {
  did_read(v, n, HERE);
  begin(p, n, true, HERE);
  if (real___atomic_store) real___atomic_store(n, p, v, mo);
  else exchange(n, p, v, NULL);
}

CHECKED void __crun___atomic_exchange(size_t n, void *p, void *v, void *old, int mo) {
  did_read(v, n, HERE);
  begin(p, n, true, HERE);
  if (real___atomic_exchange) real___atomic_exchange(n, p, v, old, mo);
  else exchange(n, p, v, old);
  edge_acquire(p);  // A1
  did_write(old, n, HERE);
}

CHECKED bool __crun___atomic_compare_exchange(size_t n, void *p, void *expected, void *v, int mo,
                                              int fail_mo) {
  did_read(expected, n, HERE);
  did_read(v, n, HERE);
  begin(p, n, true, HERE);
  bool done = real___atomic_compare_exchange
                  ? real___atomic_compare_exchange(n, p, expected, v, mo, fail_mo)
                  : compare_exchange(n, p, expected, v);
  edge_acquire(p);  // A1
  if (!done) did_write(expected, n, HERE);
  return done;
}

// ---- lanes --------------------------------------------------------------------------------------

// Neighbouring lanes are one range.
static void masked(void *p, size_t size, uint64_t mask, unsigned flags, uintptr_t pc) {
  for (unsigned at = 0; at < 64 && mask >> at;) {
    at += __builtin_ctzll(mask >> at);
    uint64_t rest = ~(mask >> at);
    unsigned run = rest ? __builtin_ctzll(rest) : 64;
    did((char *)p + at * size, run * size, flags, pc);
    at += run;
  }
}

static void lanes(void *const *p, size_t size, uint64_t mask, unsigned flags, uintptr_t pc) {
  for (; mask; mask &= mask - 1) did(p[__builtin_ctzll(mask)], size, flags, pc);
}

CHECKED void __crun_read_masked(void *p, size_t size, uint64_t mask) {
  masked(p, size, mask, ACCESS_READ, HERE);
}
CHECKED void __crun_write_masked(void *p, size_t size, uint64_t mask) {
  masked(p, size, mask, ACCESS_WRITE, HERE);
}
CHECKED void __crun_read_lanes(void **p, size_t size, uint64_t mask) {
  lanes(p, size, mask, ACCESS_READ, HERE);
}
CHECKED void __crun_write_lanes(void **p, size_t size, uint64_t mask) {
  lanes(p, size, mask, ACCESS_WRITE, HERE);
}
