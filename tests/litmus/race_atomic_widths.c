// SPDX-License-Identifier: Apache-2.0
// Atomics side by side order nothing for each other, though they share a word, or are halves of one.
// ARGS: 0..2
// FLAGS: -mcx16
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

#include <stdatomic.h>

int x, kind;
_Alignas(16) union {
  _Atomic __int128 wide;
  _Atomic long half[2];
  _Atomic int quarter[4];
  _Atomic char byte[16];
} u;

static void *thread(void *arg) {
  racer(0);
  x = 1;  // @A
  if (kind == 0) atomic_fetch_add_explicit(&u.quarter[0], 1, memory_order_seq_cst);
  else if (kind == 1) atomic_fetch_add_explicit(&u.half[0], 1, memory_order_seq_cst);
  else atomic_store_explicit(&u.byte[3], 1, memory_order_seq_cst);
  next();
  return arg;
}

int main(int argc, char **argv) {
  kind = argv[1][0] - '0';
  spawn(thread, NULL);
  racer(1);
  if (kind == 0) atomic_fetch_add_explicit(&u.quarter[1], 1, memory_order_seq_cst);
  else if (kind == 1) atomic_fetch_add_explicit(&u.half[1], 1, memory_order_seq_cst);
  else (void)atomic_load_explicit(&u.byte[4], memory_order_seq_cst);
  x = 2;  // @B
  next();
  turn(2);
}
