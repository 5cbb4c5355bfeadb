// SPDX-License-Identifier: Apache-2.0
// Two functions that call each other over memory of their own.
#include "litmus.h"

struct tree {
  struct tree *left, *right;
  int value;
};

NOINLINE static int odd(struct tree *t);

NOINLINE static int even(struct tree *t) { return t ? t->value + odd(t->left) + odd(t->right) : 0; }

NOINLINE static int odd(struct tree *t) { return t ? t->value - even(t->left) - even(t->right) : 0; }

static struct tree *grow(int depth) {
  if (!depth) return NULL;
  struct tree *t = malloc(sizeof *t);
  *t = (struct tree){grow(depth - 1), grow(depth - 1), depth};
  return t;
}

static void child(int *sum, waitgroup *wg) {
  *sum = even(grow(8));
  wg_done(wg);
}

int main(void) {
  int sums[2];
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(child, &sums[0], &wg);
  go(child, &sums[1], &wg);
  wg_wait(&wg);
  if (sums[0] != sums[1]) return 3;
}
