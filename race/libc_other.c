// SPDX-License-Identifier: Apache-2.0
// libc_other.c: further checked libc functions: sorting and clocks (libc.h says what checked
// means).
#include <stdlib.h>
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
