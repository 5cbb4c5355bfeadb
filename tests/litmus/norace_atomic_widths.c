// SPDX-License-Identifier: Apache-2.0
// A release is seen by an acquire of another width that overlaps it: half of a wide atomic, a whole of which a part was stored.
// ARGS: 0..11
// FLAGS: -mcx16
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <stdatomic.h>

int x, kind;
_Alignas(16) union {
  _Atomic __int128 wide;
  _Atomic long half[2];
  _Atomic int quarter[4];
  _Atomic char byte[16];
  char plain[16];
} u;

static void *thread(void *arg) {
  x = 1;
  switch (kind) {
    case 0: case 1: atomic_store_explicit(&u.wide, (__int128)1 << 64 | 1, memory_order_release); break;
    case 2: atomic_store_explicit(&u.half[1], 1, memory_order_release); break;
    case 3: case 4: atomic_store_explicit(&u.half[0], -1, memory_order_release); break;
    case 5: case 6: atomic_fetch_add_explicit(&u.quarter[1], 1, memory_order_release); break;
    case 7: atomic_store_explicit(&u.byte[13], 1, memory_order_release); break;
    default:  // what is written before it is an atomic
      u.plain[1] = u.plain[14] = 1;
      if (kind == 11) atomic_store_explicit(&u.half[1], 1, memory_order_release);
      else atomic_store_explicit(&u.half[0], 0x101, memory_order_release);
      next();
  }
  return arg;
}

static int seen(void) {
  char one = 1;
  __int128 all = (__int128)1 << 64 | 0x100;
  switch (kind) {
    case 0: return atomic_load_explicit(&u.half[0], memory_order_acquire) != 0;
    case 1: return atomic_load_explicit(&u.half[1], memory_order_acquire) != 0;
    case 2: return atomic_load_explicit(&u.wide, memory_order_acquire) != 0;
    case 3: return atomic_load_explicit(&u.quarter[1], memory_order_acquire) != 0;
    case 4: return atomic_load_explicit(&u.byte[7], memory_order_acquire) != 0;
    case 5: return atomic_fetch_add_explicit(&u.half[0], 0, memory_order_acquire) != 0;
    case 6: return atomic_load_explicit(&u.half[0], memory_order_relaxed) != 0;
    case 7: return atomic_load_explicit(&u.half[1], memory_order_acquire) != 0;
  }
  turn(1);
  switch (kind) {
    case 8: return atomic_fetch_add_explicit(&u.byte[1], 1, memory_order_acquire) != 0;
    case 9: return atomic_compare_exchange_strong_explicit(&u.byte[1], &one, 2, memory_order_acquire, memory_order_relaxed);
    case 10: return atomic_exchange_explicit(&u.byte[1], 3, memory_order_acquire) != 0;
    default:
      return atomic_compare_exchange_strong_explicit(&u.wide, &all, 2, memory_order_acquire, memory_order_relaxed);
  }
}

int main(int argc, char **argv) {
  kind = atoi(argv[1]);
  spawn(thread, NULL);
  while (!seen()) sched_yield();
  if (kind == 6) atomic_thread_fence(memory_order_acquire);
  x = 2;
}
