// SPDX-License-Identifier: Apache-2.0
// Atomic accesses never race with each other, at any size and order.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>
#include <stdbool.h>

_Atomic unsigned char a8;
_Atomic unsigned short a16;
_Atomic unsigned a32;
_Atomic unsigned long a64;
_Atomic bool flag;
_Atomic(void *) p;

static void *worker(void *arg) {
  for (int i = 0; i < 50; i++) {
    a8++;
    a16 ^= i;
    atomic_fetch_or_explicit(&a32, i, memory_order_relaxed);
    atomic_fetch_sub_explicit(&a64, i, memory_order_release);
    flag = !flag;
    atomic_store_explicit(&p, arg, memory_order_relaxed);
    use(atomic_load_explicit(&p, memory_order_relaxed));
    use(a8 & a16);
  }
  return arg;
}

int main(void) {
  pthread_t t = spawn(worker, &a8);
  worker(NULL);
  pthread_join(t, NULL);
}
