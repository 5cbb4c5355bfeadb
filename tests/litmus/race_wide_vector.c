// SPDX-License-Identifier: Apache-2.0
// A 32-byte access covers its last byte: the clang sanitizer does not look at vectors this wide.
// RACE: write A, read B
// TSAN: silent
#define LITMUS_PTHREAD
#include "litmus.h"
#include <immintrin.h>

_Alignas(32) char x[64];

__attribute__((target("avx2"))) NOINLINE static void store(void) {
  _mm256_storeu_si256((__m256i *)(x + 5), _mm256_set1_epi8(1));  // @A
}

static void *thread(void *arg) {
  racer(0);
  store();
  next();
  return arg;
}

int main(void) {
  if (!__builtin_cpu_supports("avx2")) exit(77);
  spawn(thread, NULL);
  racer(1);
  use(x[36]);  // @B
  next();
  turn(2);
}
