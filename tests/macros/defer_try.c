// SPDX-License-Identifier: Apache-2.0
// defer_try.c: cr_defer and cr_try compile and work under every compiler, at every level.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order;
static void digit(int n) { order = order * 10 + n; }
static void seven(void) { digit(7); }
static void set(int *p) { *p = 1; }

static int scope(int early) {
  defer(digit, 1);
  if (early) return 5;
  defer(seven);
  digit(3);
  return 6;
}

static int deep(int n) {
  defer(digit, n);
  if (n == 3) cr_panic("%d", n);
  return n < 3 ? deep(n + 1) : 0;
}

static int recovered(volatile int *before) {
  *before = 1;
  go_try {
    *before = 2;
    deep(1);
    return 1;
  }
  go_recover(text) { return atoi(text); }
  return 2;
}

int main(void) {
  int done = 0;
  volatile int before = 0;
  { defer(set, &done); }
  if (!done || scope(1) != 5 || order != 1) return 1;
  order = 0;
  if (scope(0) != 6 || order != 371) return 2;
  order = 0;
  if (recovered(&before) != 3 || order != 321 || before != 2) return 3;
  chan(char) c = chan_make(char);
  { defer_close(c); }
  go_try chan_send(c, 'x');
  go_recover(text) if (strcmp(text, "send on closed channel")) return 4;
  chan_free(c);
  return 0;
}
