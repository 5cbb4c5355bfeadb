// SPDX-License-Identifier: Apache-2.0
// libc_other.c: further checked libc functions: sorting, mappings, clocks (libc.h says what checked
// means).
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// The comparisons are the program's own code and checked there.
CHECKED void __crun_qsort(void *base, size_t n, size_t size,
                          int (*compare)(const void *, const void *)) {
  if (n > 1) did_write(base, n * size, HERE);
  qsort(base, n, size, compare);
}

// ---- mappings: memory comes and goes with the address, so what was known of it must go too ------

static void *fresh(void *p, size_t n) {
  if (p != MAP_FAILED) race_fresh(p, n);
  return p;
}

CHECKED void *__crun_mmap(void *p, size_t n, int prot, int flags, int fd, off_t at) {
  return fresh(mmap(p, n, prot, flags, fd, at), n);
}

CHECKED void *__crun_mmap64(void *p, size_t n, int prot, int flags, int fd, off_t at) {
  return fresh(mmap(p, n, prot, flags, fd, at), n);
}

// Before the call: behind it the address may be another's already.
CHECKED int __crun_munmap(void *p, size_t n) {
  race_fresh(p, n);
  return munmap(p, n);
}

CHECKED void *__crun_mremap(void *p, size_t n, size_t to, int flags, ...) {
  va_list a;
  va_start(a, flags);
  void *want = flags & MREMAP_FIXED ? va_arg(a, void *) : NULL;
  va_end(a);
  if (flags & MREMAP_FIXED) race_fresh(want, to);
  void *q = mremap(p, n, to, flags, want);
  if (q == MAP_FAILED) return q;
  if (q != p) race_fresh(p, n);
  else if (to < n) race_fresh((char *)p + to, n - to);
  return q;
}

// ---- clocks -------------------------------------------------------------------------------------

CHECKED time_t __crun_time(time_t *t) {
  did_write(t, t ? sizeof *t : 0, HERE);
  return time(t);
}

CHECKED int __crun_clock_gettime(clockid_t id, struct timespec *t) {
  did_write(t, sizeof *t, HERE);
  return clock_gettime(id, t);
}

CHECKED int __crun_gettimeofday(struct timeval *t, void *zone) {
  did_write(t, t ? sizeof *t : 0, HERE);
  return gettimeofday(t, zone);
}

CHECKED struct tm *__crun_localtime_r(const time_t *t, struct tm *to) {
  did_read(t, sizeof *t, HERE);
  did_write(to, sizeof *to, HERE);
  return localtime_r(t, to);
}

CHECKED struct tm *__crun_gmtime_r(const time_t *t, struct tm *to) {
  did_read(t, sizeof *t, HERE);
  did_write(to, sizeof *to, HERE);
  return gmtime_r(t, to);
}
