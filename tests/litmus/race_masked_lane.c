// SPDX-License-Identifier: Apache-2.0
// A masked load reads the lanes that its mask chooses.
// RACE: read A, write B
#include "litmus.h"

#include <immintrin.h>

int a[8];

__attribute__((target("avx2"))) static void reader(void) {
  racer(0);
  __m256i low = _mm256_setr_epi32(-1, -1, -1, -1, 0, 0, 0, 0);
  use(_mm256_extract_epi32(_mm256_maskload_epi32(a, low), 2));  // @A
  next();
}

int main(void) {
  if (!__builtin_cpu_supports("avx2")) exit(77);
  go(reader);
  racer(1);
  a[3] = 1;  // @B
  next();
  turn(2);
}
