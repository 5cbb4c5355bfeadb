// SPDX-License-Identifier: Apache-2.0
// Locks in memory that comes back: on the stacks of goroutines that end, and in one block of the heap.
#include <stdlib.h>
#include <string.h>

#include "turns.h"

struct account {
  cr_mutex mu[2];
};

static void on_stack(int turned) {
  cr_mutex m[2] = {0};
  pair(&m[turned], &m[!turned]);
  turn_over();
}

static void in_block(struct account *a, int turned) {
  memset(a, 0, sizeof *a);
  pair(&a->mu[turned], &a->mu[!turned]);
  turn_over();
}

int main(void) {
  int n = 0;
  struct account *a = malloc(sizeof *a);
  for (int i = 0; i < 50; i++) {
    cr_go(on_stack, i % 2);
    turn_await(++n);
    cr_go(in_block, a, i % 2);
    turn_await(++n);
  }
  free(a);
}
