// SPDX-License-Identifier: Apache-2.0
// What cr_race_* does not say is a race: a release that replaces another, an access made by cr_race_write, atomics
// between disable and enable, memory beside the benign.
// ARGS: 0..3
// RACE-ALSO: write A, write B
// RACE-ALSO: write C, read D
// RACE-ALSO: write E, write F
// RACE-ALSO: write G, write H
#include "litmus.h"

static int how, sync, flag;
static char buffer[64];
long x, y[2];

static void first(void) {
  if (how != 0) return;
  x = 1;  // @A
  cr_race_release(&sync);
  next();
}

static void other(void) {
  if (how == 0) {
    turn(1);
    cr_race_release(&sync);
  }
  if (how == 1) {
    racer(0);
    cr_race_write(buffer, sizeof buffer);  // @C
  }
  if (how == 2) {
    x = 1;  // @E
    cr_race_disable();
    __atomic_store_n(&flag, 1, __ATOMIC_RELEASE);
    cr_race_enable();
  }
  if (how == 3) {
    racer(0);
    y[1] = 1;  // @G
  }
  next();
}

int main(int argc, char **argv) {
  how = atoi(argv[1]);
  cr_race_benign(&y[0], sizeof y[0]);
  go(first);
  go(other);
  if (how == 0) {
    turn(2);
    cr_race_acquire(&sync);
    x = 2;  // @B
  }
  if (how == 1) {
    racer(1);
    cr_race_read(buffer + 8, 1);  // @D
    next();
    turn(2);
  }
  if (how == 2) {
    turn(1);
    use(__atomic_load_n(&flag, __ATOMIC_ACQUIRE));
    x = 2;  // @F
  }
  if (how == 3) {
    racer(1);
    y[1] = 2;  // @H
    next();
    turn(2);
  }
}
