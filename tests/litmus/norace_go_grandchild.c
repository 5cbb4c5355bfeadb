// SPDX-License-Identifier: Apache-2.0
// `go` is transitive: what the first goroutine wrote is seen in its children's children.
#include "litmus.h"

int x;

static void grandchild(int depth) {
  use(x);
  if (depth) {
    go(grandchild, depth - 1);
  } else {
    x = 2;
    next();
  }
}

int main(void) {
  x = 1;
  go(grandchild, 5);
  turn(1);
}
