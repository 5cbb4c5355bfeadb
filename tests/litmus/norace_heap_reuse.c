// SPDX-License-Identifier: Apache-2.0
// A block that malloc gives out again has none of the accesses that were made before its free.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <malloc.h>

void *old;

static void *first(void *arg) {
  char *p = malloc(4000);
  memset(p, 1, 4000);
  litmus_set(&old, p);
  free(p);
  next();
  return arg;
}

static void *second(void *arg) {
  turn(1);
  char *p = malloc(4000);
  memset(p, 2, 4000);
  if (p != litmus_get(&old)) _exit(3);
  next();
  return arg;
}

int main(void) {
  mallopt(M_ARENA_MAX, 1);
  spawn(first, NULL);
  spawn(second, NULL);
  turn(2);
}
