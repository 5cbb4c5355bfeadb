// SPDX-License-Identifier: Apache-2.0
// libc_static.c: the checked libc functions that keep something for the whole process: the environment, and results
// in memory of libc's own that the next call overwrites.
//
// The environment is one object, under the address of `environ`: getenv reads it, setenv and its kin write it. A
// result in static memory is a write of what is returned: by the caller, which alone knows of a call. Results that
// glibc keeps for each thread (strerror, inet_ntoa) are not here.
#include <dirent.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// ---- the environment ----------------------------------------------------------------------------

CHECKED char *__crun_getenv(const char *name) {
  did_read_string(name, HERE);
  did_read(&environ, sizeof environ, HERE);
  return getenv(name);
}
CHECKED char *__crun_secure_getenv(const char *name) {
  did_read_string(name, HERE);
  did_read(&environ, sizeof environ, HERE);
  return secure_getenv(name);
}
CHECKED int __crun_setenv(const char *name, const char *value, int replace) {
  did_read_string(name, HERE);
  did_read_string(value, HERE);
  did_write(&environ, sizeof environ, HERE);
  return setenv(name, value, replace);
}
CHECKED int __crun_unsetenv(const char *name) {
  did_read_string(name, HERE);
  did_write(&environ, sizeof environ, HERE);
  return unsetenv(name);
}
CHECKED int __crun_putenv(char *text) {
  did_read_string(text, HERE);
  did_write(&environ, sizeof environ, HERE);
  return putenv(text);
}
CHECKED int __crun_clearenv(void) {
  did_write(&environ, sizeof environ, HERE);
  return clearenv();
}

// ---- results ------------------------------------------------------------------------------------

// kept: the n bytes at p are a result in static memory, nil: there is none.
static void *kept(void *p, size_t n, uintptr_t pc) {
  if (p) did_write(p, n, pc);
  return p;
}
static char *kept_string(char *s, uintptr_t pc) {
  if (s && race_cur) did_write(s, strlen(s) + 1, pc);
  return s;
}

CHECKED struct tm *__crun_localtime(const time_t *t) {
  did_read(t, sizeof *t, HERE);
  return kept(localtime(t), sizeof(struct tm), HERE);
}
CHECKED struct tm *__crun_gmtime(const time_t *t) {
  did_read(t, sizeof *t, HERE);
  return kept(gmtime(t), sizeof(struct tm), HERE);
}
CHECKED char *__crun_asctime(const struct tm *tm) {
  did_read(tm, sizeof *tm, HERE);
  return kept_string(asctime(tm), HERE);
}
// ctime is asctime(localtime(t)), and overwrites both.
CHECKED char *__crun_ctime(const time_t *t) {
  did_read(t, sizeof *t, HERE);
  kept(localtime(t), sizeof(struct tm), HERE);
  return kept_string(ctime(t), HERE);
}

// A stream is one object: the next call may overwrite what any call before it returned.
CHECKED struct dirent *__crun_readdir(DIR *dir) {
  did_write((void *)dir, 1, HERE);
  return readdir(dir);
}
CHECKED struct dirent64 *__crun_readdir64(DIR *dir) {
  did_write((void *)dir, 1, HERE);
  return readdir64(dir);
}

CHECKED struct hostent *__crun_gethostbyname(const char *name) {
  did_read_string(name, HERE);
  return kept(gethostbyname(name), sizeof(struct hostent), HERE);
}
CHECKED struct passwd *__crun_getpwnam(const char *name) {
  did_read_string(name, HERE);
  return kept(getpwnam(name), sizeof(struct passwd), HERE);
}
CHECKED struct passwd *__crun_getpwuid(uid_t id) { return kept(getpwuid(id), sizeof(struct passwd), HERE); }
CHECKED struct group *__crun_getgrnam(const char *name) {
  did_read_string(name, HERE);
  return kept(getgrnam(name), sizeof(struct group), HERE);
}
CHECKED struct group *__crun_getgrgid(gid_t id) { return kept(getgrgid(id), sizeof(struct group), HERE); }
CHECKED char *__crun_ttyname(int fd) { return kept_string(ttyname(fd), HERE); }
