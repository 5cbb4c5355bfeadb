// SPDX-License-Identifier: Apache-2.0
// Memory that malloc gives out again has none of the accesses that were made before its free.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <malloc.h>

enum { BLOCKS = 50, SIZE = 4000 };
void *lowest, *highest;

static void *first(void *arg) {
  char *p[BLOCKS], *low = (char *)UINTPTR_MAX, *high = NULL;
  for (int i = 0; i < BLOCKS; i++) {
    p[i] = memset(malloc(SIZE), 1, SIZE);
    if (p[i] < low) low = p[i];
    if (p[i] > high) high = p[i];
  }
  for (int i = 0; i < BLOCKS; i++) free(p[i]);
  litmus_set(&lowest, low);
  litmus_set(&highest, high);
  next();
  return arg;
}

static void *second(void *arg) {
  turn(1);
  int reused = 0;
  for (int i = 0; i < BLOCKS; i++) {
    char *p = memset(malloc(SIZE), 2, SIZE);
    if (p >= (char *)litmus_get(&lowest) && p <= (char *)litmus_get(&highest)) reused++;
  }
  if (!reused) _exit(3);  // then the test shows nothing
  next();
  return arg;
}

int main(void) {
  mallopt(M_ARENA_MAX, 1);  // glibc: the threads share one heap
  spawn(first, NULL);
  spawn(second, NULL);
  turn(2);
}
