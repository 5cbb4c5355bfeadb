// SPDX-License-Identifier: Apache-2.0
// lockorder.c: what the watch over lock orders costs, by itself: run with CRUNDEBUG=lockorder=0 and =1.
//   lockorder pair | nested: ns a lock and unlock, alone and of two within each other; the best of many slices
#include <crun/crun.h>
#include <stdio.h>
#include <string.h>

enum { SLICES = 200, PAIRS = 20000 };

static cr_mutex outer, inner;

static void pairs(void) {
  for (int i = 0; i < PAIRS; i++) {
    cr_mutex_lock(&inner);
    cr_mutex_unlock(&inner);
  }
}

static void nested(void) {
  for (int i = 0; i < PAIRS / 2; i++) {
    cr_mutex_lock(&outer);
    cr_mutex_lock(&inner);
    cr_mutex_unlock(&inner);
    cr_mutex_unlock(&outer);
  }
}

int main(int argc, char **argv) {
  void (*run)(void) = argc > 1 && strcmp(argv[1], "nested") == 0 ? nested : pairs;
  int64_t best = INT64_MAX;
  for (int i = 0; i < SLICES; i++) {
    int64_t start = cr_nanotime();
    run();
    int64_t took = cr_nanotime() - start;
    if (took < best) best = took;
  }
  printf("%.2f\n", (double)best / PAIRS);
}
