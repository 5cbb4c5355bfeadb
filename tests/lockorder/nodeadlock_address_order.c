// SPDX-License-Identifier: Apache-2.0
// Accounts are locked in order of their addresses, by many goroutines: one class of locks, no cycle of instances.
#include "turns.h"

enum { ACCOUNTS = 8, TRANSFERS = 200, GOROUTINES = 4 };
static cr_mutex account[ACCOUNTS];

static void transfers(unsigned seed) {
  for (int i = 0; i < TRANSFERS; i++) {
    seed = seed * 1103515245 + 12345;
    unsigned from = seed >> 8 & 7, to = seed >> 16 & 7;
    if (from != to) pair(&account[from < to ? from : to], &account[from < to ? to : from]);
  }
  turn_over();
}

int main(void) {
  for (unsigned i = 0; i < GOROUTINES; i++) cr_go(transfers, i);
  turn_await(GOROUTINES);
}
