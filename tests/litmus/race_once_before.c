// SPDX-License-Identifier: Apache-2.0
// A once orders fn before the returns; what a late caller did before its call goes to nobody.
// RACE: write A, write B
#include "litmus.h"

int x;
once only;

static void init(void) {}

static void late(void) {
  turn(1);
  x = 1;  // @A
  once_do(&only, init);
  next();
}

int main(void) {
  go(late);
  once_do(&only, init);
  next();
  turn(2);
  x = 2;  // @B
}
