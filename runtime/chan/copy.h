// SPDX-License-Identifier: Apache-2.0
// copy.h: copies of channel elements that never become calls of memcpy or memset.
//
// Those names may belong to the detector, which would take the runtime's copies for the user's
// accesses; and the common sizes are one or two moves.
#ifndef CRUN_RUNTIME_COPY_H
#define CRUN_RUNTIME_COPY_H

#include <stddef.h>
#include <stdint.h>

static inline void copy_elem(void *dst, const void *src, size_t n) {
  switch (n) {
    case 0: return;
    case 1: __builtin_memcpy(dst, src, 1); return;
    case 2: __builtin_memcpy(dst, src, 2); return;
    case 4: __builtin_memcpy(dst, src, 4); return;
    case 8: __builtin_memcpy(dst, src, 8); return;
    case 16: __builtin_memcpy(dst, src, 16); return;
    case 24: __builtin_memcpy(dst, src, 24); return;
    case 32: __builtin_memcpy(dst, src, 32); return;
  }
#if defined(__x86_64__)
  __asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
#else
  for (volatile char *d = dst; n; n--) *d++ = *(const char *)src, src = (const char *)src + 1;
#endif
}

static inline void zero_elem(void *dst, size_t n) {
  switch (n) {
    case 0: return;
    case 4: __builtin_memset(dst, 0, 4); return;
    case 8: __builtin_memset(dst, 0, 8); return;
  }
#if defined(__x86_64__)
  __asm__ volatile("rep stosb" : "+D"(dst), "+c"(n) : "a"(0) : "memory");
#else
  for (volatile char *d = dst; n; n--) *d++ = 0;
#endif
}

#endif
