// SPDX-License-Identifier: Apache-2.0
// Transfers between accounts that lock the payer first; told once, though many pairs meet.
// exit: 0
// finding: lock-order lock-order-cycle: transfer, pays_up, pays_down
#include "turns.h"

enum { ACCOUNTS = 6 };
static cr_mutex account[ACCOUNTS];

static __attribute__((noinline)) void transfer(int from, int to) {
  cr_mutex_lock(&account[from]);
  cr_mutex_lock(&account[to]);
  cr_mutex_unlock(&account[to]);
  cr_mutex_unlock(&account[from]);
}

static void pays_up(void) {
  for (int i = 0; i + 1 < ACCOUNTS; i++) transfer(i, i + 1);
  turn_over();
}

static void pays_down(void) {
  turn_await(1);
  for (int i = ACCOUNTS - 1; i > 0; i--) transfer(i, i - 1);
  turn_over();
}

int main(void) {
  cr_go(pays_up);
  cr_go(pays_down);
  turn_await(2);
}
