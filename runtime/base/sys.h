// SPDX-License-Identifier: Apache-2.0
// sys.h: kernel calls that return a negative error number and never touch errno.
//
// errno is a thread-local: a function that parks between two uses of it may meet two of them. What
// waits for descriptors uses these, and leaves errno to the last line of the POSIX calls.
#ifndef CRUN_BASE_SYS_H
#define CRUN_BASE_SYS_H

#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return r;
}
#else
#error "arch/ has no system calls for this machine"
#endif

#define SYS_PICK_(a, b, c, d, e, f, ...) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)
// sys(SYS_read, fd, p, n): what is not given is 0.
#define sys(n, ...) sys6((n), SYS_PICK_(__VA_ARGS__, 0, 0, 0, 0, 0, 0))

#endif
