// SPDX-License-Identifier: Apache-2.0
// libc_other.c: further checked libc functions: sorting, results, clocks (libc.h says what checked
// means).
#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// The comparisons are the program's own code and checked there.
CHECKED void __crun_qsort(void *base, size_t n, size_t size,
                          int (*compare)(const void *, const void *)) {
  if (n > 1) did_write(base, n * size, HERE);
  qsort(base, n, size, compare);
}

// ---- results by pointer -----------------------------------------------------------------------------

// stored returns r, what a call returned; it has filled the n bytes at p unless it failed.
static int stored(int r, void *p, size_t n, uintptr_t pc) {
  if (r >= 0) did_write(p, n, pc);
  return r;
}

CHECKED int __crun_pipe(int ends[2]) { return stored(pipe(ends), ends, 2 * sizeof *ends, HERE); }
CHECKED int __crun_pipe2(int ends[2], int flags) { return stored(pipe2(ends, flags), ends, 2 * sizeof *ends, HERE); }

CHECKED int __crun_fstat(int fd, struct stat *st) { return stored(fstat(fd, st), st, sizeof *st, HERE); }
CHECKED int __crun_stat(const char *path, struct stat *st) {
  did_read_string(path, HERE);
  return stored(stat(path, st), st, sizeof *st, HERE);
}
CHECKED int __crun_lstat(const char *path, struct stat *st) {
  did_read_string(path, HERE);
  return stored(lstat(path, st), st, sizeof *st, HERE);
}

CHECKED int __crun_inet_pton(int family, const char *text, void *to) {
  did_read_string(text, HERE);
  int r = inet_pton(family, text, to);
  if (r == 1) did_write(to, family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr), HERE);
  return r;
}

CHECKED double __crun_frexp(double x, int *exponent) {
  did_write(exponent, sizeof *exponent, HERE);
  return frexp(x, exponent);
}
CHECKED double __crun_modf(double x, double *whole) {
  did_write(whole, sizeof *whole, HERE);
  return modf(x, whole);
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
