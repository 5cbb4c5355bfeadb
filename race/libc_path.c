// SPDX-License-Identifier: Apache-2.0
// libc_path.c: the checked libc functions that are given the name of a file, which they read to its end.
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// The mode of a file that may be made stands behind the flags.
#define MODE(last)                                   \
  mode_t mode = 0;                                   \
  if (last & O_CREAT || (last & O_TMPFILE) == O_TMPFILE) { \
    va_list a;                                       \
    va_start(a, last);                               \
    mode = va_arg(a, mode_t);                        \
    va_end(a);                                       \
  }

CHECKED int __crun_open(const char *path, int flags, ...) {
  MODE(flags);
  did_read_string(path, HERE);
  return open(path, flags, mode);
}
CHECKED int __crun_open64(const char *path, int flags, ...) {
  MODE(flags);
  did_read_string(path, HERE);
  return open64(path, flags, mode);
}
CHECKED int __crun_openat(int at, const char *path, int flags, ...) {
  MODE(flags);
  did_read_string(path, HERE);
  return openat(at, path, flags, mode);
}
CHECKED FILE *__crun_fopen(const char *path, const char *mode) {
  did_read_string(path, HERE);
  did_read_string(mode, HERE);
  return fopen(path, mode);
}
CHECKED FILE *__crun_fopen64(const char *path, const char *mode) {
  did_read_string(path, HERE);
  did_read_string(mode, HERE);
  return fopen64(path, mode);
}
CHECKED DIR *__crun_opendir(const char *path) {
  did_read_string(path, HERE);
  return opendir(path);
}

#define ONE_PATH(name)                       \
  CHECKED int __crun_##name(const char *p) { \
    did_read_string(p, HERE);                \
    return name(p);                          \
  }
#define PATH_AND(name, type)                         \
  CHECKED int __crun_##name(const char *p, type v) { \
    did_read_string(p, HERE);                        \
    return name(p, v);                               \
  }
#define TWO_PATHS(name)                                     \
  CHECKED int __crun_##name(const char *p, const char *q) { \
    did_read_string(p, HERE);                               \
    did_read_string(q, HERE);                               \
    return name(p, q);                                      \
  }
ONE_PATH(unlink)
ONE_PATH(remove)
ONE_PATH(rmdir)
ONE_PATH(chdir)
PATH_AND(mkdir, mode_t)
PATH_AND(creat, mode_t)
PATH_AND(chmod, mode_t)
PATH_AND(access, int)
PATH_AND(truncate, off_t)
TWO_PATHS(rename)
TWO_PATHS(link)
TWO_PATHS(symlink)

CHECKED char *__crun_realpath(const char *path, char *to) {
  did_read_string(path, HERE);
  char *r = realpath(path, to);
  if (r && to && race_cur) did_write(to, strlen(to) + 1, HERE);
  return r;
}

CHECKED int __crun_mkstemp(char *path) {
  did_read_string(path, HERE);
  int fd = mkstemp(path);
  if (fd >= 0 && race_cur) did_write(path + strlen(path) - 6, 6, HERE);
  return fd;
}
