// SPDX-License-Identifier: Apache-2.0
// A future that is freed while another goroutine may still await it.
// RACE: read A, write B
#include "litmus.h"

int x;

static int *same(int *p) { return p; }

static void waits(cr_future *f) {
  cr_await(f);  // @A
  next();
}

int main(void) {
  cr_future *f = cr_async(same, &x);
  go(waits, f);
  turn(1);
  cr_future_free(f);  // @B
}
