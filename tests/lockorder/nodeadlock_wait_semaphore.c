// SPDX-License-Identifier: Apache-2.0
// A semaphore that limits users, taken and given back under a lock; it never runs out.
#include "turns.h"

static cr_mutex m;
static cr_sema slots = CR_SEMA_INIT(3);

static void uses(void) {
  for (int i = 0; i < 20; i++) {
    cr_mutex_lock(&m);
    cr_sema_acquire(&slots);
    cr_mutex_unlock(&m);
    cr_yield();
    cr_mutex_lock(&m);
    cr_sema_release(&slots);
    cr_mutex_unlock(&m);
  }
  turn_over();
}

int main(void) {
  cr_go(uses);
  cr_go(uses);
  turn_await(2);
}
