// SPDX-License-Identifier: Apache-2.0
// libc_string.c: the checked mem* and str* functions (libc.h says what checked means).
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include <unistd.h>

#include "libc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

typedef unsigned char byte;

// ---- blocks -------------------------------------------------------------------------------------

static inline void did_copy(void *d, const void *s, size_t n, uintptr_t pc) {
  did_read(s, n, pc);
  did_write(d, n, pc);
}

CHECKED void *__tsan_memcpy(void *d, const void *s, size_t n) {
  did_copy(d, s, n, HERE);
  return memcpy(d, s, n);
}

CHECKED void *__tsan_memmove(void *d, const void *s, size_t n) {
  did_copy(d, s, n, HERE);
  return memmove(d, s, n);
}

CHECKED void *__tsan_memset(void *d, int c, size_t n) {
  did_write(d, n, HERE);
  return memset(d, c, n);
}

CHECKED void *__crun_mempcpy(void *d, const void *s, size_t n) {
  did_copy(d, s, n, HERE);
  return mempcpy(d, s, n);
}

CHECKED void *__crun___mempcpy(void *d, const void *s, size_t n) {
  did_copy(d, s, n, HERE);
  return mempcpy(d, s, n);
}

CHECKED void __crun_bzero(void *d, size_t n) {
  did_write(d, n, HERE);
  bzero(d, n);
}

CHECKED void __crun_explicit_bzero(void *d, size_t n) {
  did_write(d, n, HERE);
  explicit_bzero(d, n);
}

// The bytes that memcmp looks at: up to the first difference.
static size_t compared(const void *a, const void *b, size_t n) {
  const byte *x = a, *y = b;
  for (size_t i = 0; i < n; i++)
    if (x[i] != y[i]) return i + 1;
  return n;
}

static void did_compare(const void *a, const void *b, size_t n, int result, uintptr_t pc) {
  if (!race_cur) return;
  if (result) n = compared(a, b, n);
  did_read(a, n, pc);
  did_read(b, n, pc);
}

CHECKED int __crun_memcmp(const void *a, const void *b, size_t n) {
  int r = memcmp(a, b, n);
  did_compare(a, b, n, r, HERE);
  return r;
}

CHECKED int __crun_bcmp(const void *a, const void *b, size_t n) {
  int r = bcmp(a, b, n);
  did_compare(a, b, n, r, HERE);
  return r;
}

CHECKED void *__crun_memchr(const void *p, int c, size_t n) {
  const byte *r = memchr(p, c, n);
  did_read(p, r ? (size_t)(r - (const byte *)p) + 1 : n, HERE);
  return (void *)r;
}

CHECKED void *__crun_memrchr(const void *p, int c, size_t n) {
  const byte *r = memrchr(p, c, n);
  if (r) did_read(r, (const byte *)p + n - r, HERE);
  else did_read(p, n, HERE);
  return (void *)r;
}

CHECKED void *__crun_rawmemchr(const void *p, int c) {
  const byte *r = rawmemchr(p, c);
  did_read(p, r - (const byte *)p + 1, HERE);
  return (void *)r;
}

CHECKED void *__crun_memmem(const void *p, size_t n, const void *what, size_t m) {
  const byte *r = memmem(p, n, what, m);
  if (m > n) return (void *)r;
  did_read(what, m, HERE);
  did_read(p, r ? (size_t)(r - (const byte *)p) + m : n, HERE);
  return (void *)r;
}

CHECKED void *__crun_memccpy(void *d, const void *s, int c, size_t n) {
  const byte *end = memchr(s, c, n);
  did_copy(d, s, end ? (size_t)(end - (const byte *)s) + 1 : n, HERE);
  return memccpy(d, s, c, n);
}

// ---- lengths and copies -------------------------------------------------------------------------

CHECKED size_t __crun_strlen(const char *s) {
  size_t n = strlen(s);
  did_read(s, n + 1, HERE);
  return n;
}

CHECKED size_t __crun_strnlen(const char *s, size_t max) {
  size_t n = strnlen(s, max);
  did_read(s, n < max ? n + 1 : max, HERE);
  return n;
}

CHECKED char *__crun_strcpy(char *d, const char *s) {
  did_copy(d, s, strlen(s) + 1, HERE);
  return strcpy(d, s);
}

CHECKED char *__crun_stpcpy(char *d, const char *s) {
  did_copy(d, s, strlen(s) + 1, HERE);
  return stpcpy(d, s);
}

CHECKED char *__crun___stpcpy(char *d, const char *s) {
  did_copy(d, s, strlen(s) + 1, HERE);
  return stpcpy(d, s);
}

static void did_padded_copy(char *d, const char *s, size_t n, uintptr_t pc) {
  did_read(s, string_extent(s, n), pc);
  did_write(d, n, pc);
}

CHECKED char *__crun_strncpy(char *d, const char *s, size_t n) {
  did_padded_copy(d, s, n, HERE);
  return strncpy(d, s, n);
}

CHECKED char *__crun_stpncpy(char *d, const char *s, size_t n) {
  did_padded_copy(d, s, n, HERE);
  return stpncpy(d, s, n);
}

// The old end of d is read, and then overwritten.
static void did_append(char *d, const char *s, size_t n, uintptr_t pc) {
  if (!race_cur) return;
  size_t len = strlen(d), more = strnlen(s, n);
  did_read(s, more < n ? more + 1 : n, pc);
  did_read(d, len + 1, pc);
  did_write(d + len, more + 1, pc);
}

CHECKED char *__crun_strcat(char *d, const char *s) {
  did_append(d, s, ANY_LENGTH, HERE);
  return strcat(d, s);
}

CHECKED char *__crun_strncat(char *d, const char *s, size_t n) {
  did_append(d, s, n, HERE);
  return strncat(d, s, n);
}

static char *did_duplicate(char *d, const char *s, size_t n, uintptr_t pc) {
  if (!d || !race_cur) return d;
  did_read(s, string_extent(s, n), pc);
  did_write(d, strlen(d) + 1, pc);
  return d;
}

CHECKED char *__crun_strdup(const char *s) { return did_duplicate(strdup(s), s, ANY_LENGTH, HERE); }
CHECKED char *__crun___strdup(const char *s) {
  return did_duplicate(strdup(s), s, ANY_LENGTH, HERE);
}
CHECKED char *__crun_strndup(const char *s, size_t n) {
  return did_duplicate(strndup(s, n), s, n, HERE);
}
CHECKED char *__crun___strndup(const char *s, size_t n) {
  return did_duplicate(strndup(s, n), s, n, HERE);
}

// ---- comparisons --------------------------------------------------------------------------------

// The bytes that a comparison of strings looks at in each: up to a difference or the end.
static size_t strings_compared(const char *a, const char *b, size_t n, bool fold) {
  for (size_t i = 0; i < n; i++) {
    byte x = a[i], y = b[i];
    if (fold ? tolower(x) != tolower(y) : x != y) return i + 1;
    if (!x) return i + 1;
  }
  return n;
}

static void did_compare_strings(const char *a, const char *b, size_t n, bool fold, uintptr_t pc) {
  if (!race_cur) return;
  n = strings_compared(a, b, n, fold);
  did_read(a, n, pc);
  did_read(b, n, pc);
}

CHECKED int __crun_strcmp(const char *a, const char *b) {
  did_compare_strings(a, b, ANY_LENGTH, false, HERE);
  return strcmp(a, b);
}

CHECKED int __crun_strncmp(const char *a, const char *b, size_t n) {
  did_compare_strings(a, b, n, false, HERE);
  return strncmp(a, b, n);
}

CHECKED int __crun_strcasecmp(const char *a, const char *b) {
  did_compare_strings(a, b, ANY_LENGTH, true, HERE);
  return strcasecmp(a, b);
}

CHECKED int __crun_strncasecmp(const char *a, const char *b, size_t n) {
  did_compare_strings(a, b, n, true, HERE);
  return strncasecmp(a, b, n);
}

CHECKED int __crun_strcoll(const char *a, const char *b) {
  did_read_string(a, HERE);
  did_read_string(b, HERE);
  return strcoll(a, b);
}

// ---- searches -----------------------------------------------------------------------------------

// found: the last byte that was looked at, or nil: all of s.
static char *did_search(const char *s, const char *found, uintptr_t pc) {
  if (race_cur) did_read(s, found ? (size_t)(found - s) + 1 : strlen(s) + 1, pc);
  return (char *)found;
}

CHECKED char *__crun_strchr(const char *s, int c) { return did_search(s, strchr(s, c), HERE); }
CHECKED char *__crun_index(const char *s, int c) { return did_search(s, strchr(s, c), HERE); }
CHECKED char *__crun_strchrnul(const char *s, int c) {
  return did_search(s, strchrnul(s, c), HERE);
}

CHECKED char *__crun_strrchr(const char *s, int c) {
  did_read_string(s, HERE);
  return strrchr(s, c);
}

CHECKED char *__crun_rindex(const char *s, int c) {
  did_read_string(s, HERE);
  return strrchr(s, c);
}

static char *did_find(const char *s, const char *what, const char *found, uintptr_t pc) {
  if (!race_cur) return (char *)found;
  size_t m = strlen(what);
  did_read(what, m + 1, pc);
  if (m) did_read(s, found ? (size_t)(found - s) + m : strlen(s) + 1, pc);
  return (char *)found;
}

CHECKED char *__crun_strstr(const char *s, const char *what) {
  return did_find(s, what, strstr(s, what), HERE);
}

CHECKED char *__crun_strcasestr(const char *s, const char *what) {
  return did_find(s, what, strcasestr(s, what), HERE);
}

// An empty s is seen to be one without a look at the set.
static void did_span(const char *s, size_t n, const char *set, uintptr_t pc) {
  if (*s) did_read_string(set, pc);
  did_read(s, n + 1, pc);
}

CHECKED size_t __crun_strspn(const char *s, const char *set) {
  size_t n = strspn(s, set);
  did_span(s, n, set, HERE);
  return n;
}

CHECKED size_t __crun_strcspn(const char *s, const char *set) {
  size_t n = strcspn(s, set);
  did_span(s, n, set, HERE);
  return n;
}

CHECKED char *__crun_strpbrk(const char *s, const char *set) {
  size_t n = strcspn(s, set);
  did_span(s, n, set, HERE);
  return strpbrk(s, set);
}

// ---- tokens -------------------------------------------------------------------------------------

// did_token: a token was cut from s, which it begins at or after; rest: where the next search
// begins (nil: nowhere). The delimiter became a zero if rest is just behind it.
static void did_token(const char *s, const char *token, const char *rest, const char *set,
                      uintptr_t pc) {
  did_read_string(set, pc);
  const char *end = token + strlen(token);
  did_read(s, end - s + 1, pc);
  if (rest == end + 1) did_write(end, 1, pc);
}

static char *token(char *s, const char *set, char **save, uintptr_t pc) {
  char *from = s ? s : *save;
  if (!s) did_read(save, sizeof *save, pc);
  size_t len = from && race_cur ? strlen(from) : 0;
  char *r = strtok_r(s, set, save);
  if (!from || !race_cur) return r;
  if (r) did_token(from, r, *save, set, pc);
  else did_read(from, len + 1, pc);
  did_write(save, sizeof *save, pc);
  return r;
}

CHECKED char *__crun_strtok_r(char *s, const char *set, char **save) {
  return token(s, set, save, HERE);
}
CHECKED char *__crun___strtok_r(char *s, const char *set, char **save) {
  return token(s, set, save, HERE);
}

// strtok keeps its place for the whole process. Here it is ours: a library's own calls go on from another.
static char *strtok_place;
CHECKED char *__crun_strtok(char *s, const char *set) { return token(s, set, &strtok_place, HERE); }

CHECKED char *__crun_strsep(char **s, const char *set) {
  did_read(s, sizeof *s, HERE);
  char *r = strsep(s, set);
  if (!r || !race_cur) return r;
  did_token(r, r, *s, set, HERE);
  did_write(s, sizeof *s, HERE);
  return r;
}

// ---- -D_FORTIFY_SOURCE --------------------------------------------------------------------------

void *__memcpy_chk(void *, const void *, size_t, size_t);
void *__memmove_chk(void *, const void *, size_t, size_t);
void *__memset_chk(void *, int, size_t, size_t);
void *__mempcpy_chk(void *, const void *, size_t, size_t);
char *__strcpy_chk(char *, const char *, size_t);
char *__stpcpy_chk(char *, const char *, size_t);
char *__strncpy_chk(char *, const char *, size_t, size_t);
char *__strcat_chk(char *, const char *, size_t);
char *__strncat_chk(char *, const char *, size_t, size_t);

CHECKED void *__crun___memcpy_chk(void *d, const void *s, size_t n, size_t room) {
  did_copy(d, s, n, HERE);
  return __memcpy_chk(d, s, n, room);
}

CHECKED void *__crun___memmove_chk(void *d, const void *s, size_t n, size_t room) {
  did_copy(d, s, n, HERE);
  return __memmove_chk(d, s, n, room);
}

CHECKED void *__crun___memset_chk(void *d, int c, size_t n, size_t room) {
  did_write(d, n, HERE);
  return __memset_chk(d, c, n, room);
}

CHECKED void *__crun___mempcpy_chk(void *d, const void *s, size_t n, size_t room) {
  did_copy(d, s, n, HERE);
  return __mempcpy_chk(d, s, n, room);
}

CHECKED char *__crun___strcpy_chk(char *d, const char *s, size_t room) {
  did_copy(d, s, strlen(s) + 1, HERE);
  return __strcpy_chk(d, s, room);
}

CHECKED char *__crun___stpcpy_chk(char *d, const char *s, size_t room) {
  did_copy(d, s, strlen(s) + 1, HERE);
  return __stpcpy_chk(d, s, room);
}

CHECKED char *__crun___strncpy_chk(char *d, const char *s, size_t n, size_t room) {
  did_padded_copy(d, s, n, HERE);
  return __strncpy_chk(d, s, n, room);
}

CHECKED char *__crun___strcat_chk(char *d, const char *s, size_t room) {
  did_append(d, s, ANY_LENGTH, HERE);
  return __strcat_chk(d, s, room);
}

CHECKED char *__crun___strncat_chk(char *d, const char *s, size_t n, size_t room) {
  did_append(d, s, n, HERE);
  return __strncat_chk(d, s, n, room);
}

// ---- by the locale, by number, by pairs -----------------------------------------------------------

CHECKED int __crun_strverscmp(const char *a, const char *b) {
  did_compare_strings(a, b, ANY_LENGTH, false, HERE);  // and the digits behind, perhaps
  return strverscmp(a, b);
}
CHECKED size_t __crun_strxfrm(char *d, const char *s, size_t n) {
  did_read_string(s, HERE);
  size_t r = strxfrm(d, s, n);
  if (r < n) did_write(d, r + 1, HERE);
  return r;
}
CHECKED void __crun_swab(const void *s, void *d, ssize_t n) {
  size_t pairs = n > 0 ? (size_t)n & ~(size_t)1 : 0;
  did_read(s, pairs, HERE);
  did_write(d, pairs, HERE);
  swab(s, d, n);
}
