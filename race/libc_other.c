// SPDX-License-Identifier: Apache-2.0
// libc_other.c: further checked libc functions: sorting, results, clocks (libc.h says what checked
// means).
#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
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

CHECKED void __crun_qsort_r(void *base, size_t n, size_t size, int (*compare)(const void *, const void *, void *),
                            void *arg) {
  if (n > 1) did_write(base, n * size, HERE);
  qsort_r(base, n, size, compare, arg);
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

CHECKED int __crun_pthread_getname_np(pthread_t t, char *to, size_t n) {
  int r = pthread_getname_np(t, to, n);
  if (r == 0 && race_cur) did_write(to, strlen(to) + 1, HERE);
  return r;
}
CHECKED int __crun_gethostname(char *to, size_t n) {
  int r = gethostname(to, n);
  if (r == 0 && race_cur) did_write(to, string_extent(to, n), HERE);
  return r;
}
CHECKED char *__crun_getcwd(char *to, size_t n) {
  char *r = getcwd(to, n);
  if (r && to && race_cur) did_write(r, strlen(r) + 1, HERE);
  return r;
}
CHECKED ssize_t __crun_readlink(const char *path, char *to, size_t n) {
  did_read_string(path, HERE);
  ssize_t r = readlink(path, to, n);
  if (r > 0) did_write(to, (size_t)r, HERE);
  return r;
}
CHECKED int __crun_getrusage(int who, struct rusage *to) { return stored(getrusage(who, to), to, sizeof *to, HERE); }
CHECKED int __crun_uname(struct utsname *to) { return stored(uname(to), to, sizeof *to, HERE); }

CHECKED int __crun_rand_r(unsigned *seed) {
  did_write(seed, sizeof *seed, HERE);
  return rand_r(seed);
}
CHECKED ssize_t __crun_getrandom(void *to, size_t n, unsigned flags) {
  ssize_t r = getrandom(to, n, flags);
  if (r > 0) did_write(to, (size_t)r, HERE);
  return r;
}
CHECKED int __crun_getentropy(void *to, size_t n) { return stored(getentropy(to, n), to, n, HERE); }
CHECKED int __crun_socketpair(int domain, int type, int protocol, int ends[2]) {
  return stored(socketpair(domain, type, protocol, ends), ends, 2 * sizeof *ends, HERE);
}
CHECKED int __crun_getrlimit(int what, struct rlimit *to) { return stored(getrlimit(what, to), to, sizeof *to, HERE); }

// ---- clocks -------------------------------------------------------------------------------------

CHECKED time_t __crun_time(time_t *t) {
  did_write(t, t ? sizeof *t : 0, HERE);
  return time(t);
}

CHECKED int __crun_clock_gettime(clockid_t id, struct timespec *t) {
  did_write(t, sizeof *t, HERE);
  return clock_gettime(id, t);
}

CHECKED int __crun_clock_getres(clockid_t id, struct timespec *t) {
  did_write(t, t ? sizeof *t : 0, HERE);
  return clock_getres(id, t);
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

// mktime puts right what it was given.
CHECKED time_t __crun_mktime(struct tm *tm) {
  did_write(tm, sizeof *tm, HERE);
  return mktime(tm);
}
CHECKED time_t __crun_timegm(struct tm *tm) {
  did_write(tm, sizeof *tm, HERE);
  return timegm(tm);
}

CHECKED size_t __crun_strftime(char *to, size_t n, const char *format, const struct tm *tm) {
  did_read_string(format, HERE);
  did_read(tm, sizeof *tm, HERE);
  size_t r = strftime(to, n, format, tm);
  if (r) did_write(to, r + 1, HERE);
  return r;
}

CHECKED char *__crun_asctime_r(const struct tm *tm, char *to) {
  did_read(tm, sizeof *tm, HERE);
  char *r = asctime_r(tm, to);
  if (r && race_cur) did_write(r, strlen(r) + 1, HERE);
  return r;
}
CHECKED char *__crun_ctime_r(const time_t *t, char *to) {
  did_read(t, sizeof *t, HERE);
  char *r = ctime_r(t, to);
  if (r && race_cur) did_write(r, strlen(r) + 1, HERE);
  return r;
}

CHECKED struct tm *__crun_gmtime_r(const time_t *t, struct tm *to) {
  did_read(t, sizeof *t, HERE);
  did_write(to, sizeof *to, HERE);
  return gmtime_r(t, to);
}
