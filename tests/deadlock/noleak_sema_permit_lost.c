// SPDX-License-Identifier: Apache-2.0
// A failed job gives its permit back.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

static void job(sema *s, int n) {
  sema_acquire(s);
  if (n >= 0) n++;
  sema_release(s);
}

static void run(void) {
  sema *one = malloc(sizeof *one);
  *one = (sema)CR_SEMA_INIT(1);
  go(job, one, -1);
  quiet();
  for (int i = 0; i < 2; i++) go(job, one, i);
}

int main(void) {
  run();
  quiet();
  return 0;
}
