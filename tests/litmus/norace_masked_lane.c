// SPDX-License-Identifier: Apache-2.0
// A masked load reads the lanes that its mask chooses, not those beside them, though the object is known to have them all.
#include "litmus.h"

#include <immintrin.h>

int a[8], b[8];

__attribute__((target("avx2"))) static int third(const int *p, __m256i chosen) {
  return _mm256_extract_epi32(_mm256_maskload_epi32(p, chosen), 2);
}

__attribute__((target("avx2"))) static void reader(void) {
  racer(0);
  use(third(a, _mm256_setr_epi32(-1, -1, -1, -1, 0, 0, 0, 0)));
  use(third(b, _mm256_setr_epi32(-1, -1, -1, -1, 0, 0, 0, litmus_order() & 0)));
  next();
}

int main(void) {
  if (!__builtin_cpu_supports("avx2")) return 0;
  go(reader);
  racer(1);
  a[7] = b[7] = 1;
  next();
  turn(2);
}
