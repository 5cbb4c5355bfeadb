// SPDX-License-Identifier: Apache-2.0
// spin.c: what the goroutines of ticker.c compute: without a call, built by crun in one program and by cc in the other.
#include <stdbool.h>
#include <stdint.h>

void spin(_Atomic bool *over, uint64_t *sink);
void spin(_Atomic bool *over, uint64_t *sink) {
  uint64_t x = 1;
  while (!*over)
    for (int i = 0; i < 1000; i++) x ^= x << 13, x ^= x >> 7, x ^= x << 17;
  *sink = x;
}
