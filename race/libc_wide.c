// SPDX-License-Identifier: Apache-2.0
// libc_wide.c: the checked functions of wide characters (libc.h says what checked means).
#include <stdlib.h>
#include <wchar.h>

#include "libc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static size_t bytes(size_t n) { return n * sizeof(wchar_t); }

static void did_read_wide(const wchar_t *s, uintptr_t pc) {
  if (race_cur) did_read(s, bytes(wcslen(s) + 1), pc);
}

// As far as two texts, at most n of each, are alike, and the first that differs.
static size_t compared(const wchar_t *a, const wchar_t *b, size_t n, int ends) {
  size_t i = 0;
  while (i < n && a[i] == b[i] && !(ends && !a[i])) i++;
  return i < n ? i + 1 : n;
}
static void did_compare(const wchar_t *a, const wchar_t *b, size_t n, int ends, uintptr_t pc) {
  if (!race_cur) return;
  size_t r = bytes(compared(a, b, n, ends));
  did_read(a, r, pc);
  did_read(b, r, pc);
}

// ---- blocks -----------------------------------------------------------------------------------------

CHECKED wchar_t *__crun_wmemcpy(wchar_t *d, const wchar_t *s, size_t n) {
  did_read(s, bytes(n), HERE);
  did_write(d, bytes(n), HERE);
  return wmemcpy(d, s, n);
}
CHECKED wchar_t *__crun_wmemmove(wchar_t *d, const wchar_t *s, size_t n) {
  did_read(s, bytes(n), HERE);
  did_write(d, bytes(n), HERE);
  return wmemmove(d, s, n);
}
CHECKED wchar_t *__crun_wmemset(wchar_t *d, wchar_t c, size_t n) {
  did_write(d, bytes(n), HERE);
  return wmemset(d, c, n);
}
CHECKED int __crun_wmemcmp(const wchar_t *a, const wchar_t *b, size_t n) {
  did_compare(a, b, n, 0, HERE);
  return wmemcmp(a, b, n);
}

// ---- texts ------------------------------------------------------------------------------------------

CHECKED size_t __crun_wcslen(const wchar_t *s) {
  did_read_wide(s, HERE);
  return wcslen(s);
}
CHECKED wchar_t *__crun_wcscpy(wchar_t *d, const wchar_t *s) {
  did_read_wide(s, HERE);
  did_write(d, bytes(wcslen(s) + 1), HERE);
  return wcscpy(d, s);
}
CHECKED wchar_t *__crun_wcsncpy(wchar_t *d, const wchar_t *s, size_t n) {
  size_t len = wcsnlen(s, n);
  did_read(s, bytes(len < n ? len + 1 : n), HERE);
  did_write(d, bytes(n), HERE);
  return wcsncpy(d, s, n);
}
CHECKED wchar_t *__crun_wcscat(wchar_t *d, const wchar_t *s) {
  size_t had = wcslen(d);
  did_read(d, bytes(had + 1), HERE);
  did_read_wide(s, HERE);
  did_write(d + had, bytes(wcslen(s) + 1), HERE);
  return wcscat(d, s);
}
CHECKED int __crun_wcscmp(const wchar_t *a, const wchar_t *b) {
  did_compare(a, b, SIZE_MAX / sizeof(wchar_t), 1, HERE);
  return wcscmp(a, b);
}
CHECKED int __crun_wcsncmp(const wchar_t *a, const wchar_t *b, size_t n) {
  did_compare(a, b, n, 1, HERE);
  return wcsncmp(a, b, n);
}
CHECKED wchar_t *__crun_wcschr(const wchar_t *s, wchar_t c) {
  wchar_t *r = wcschr(s, c);
  if (race_cur) did_read(s, bytes(r ? (size_t)(r - s) + 1 : wcslen(s) + 1), HERE);
  return r;
}

// ---- to and from bytes -------------------------------------------------------------------------------

CHECKED size_t __crun_mbstowcs(wchar_t *d, const char *s, size_t n) {
  size_t r = mbstowcs(d, s, n);
  if (r != (size_t)-1 && d) did_write(d, bytes(r < n ? r + 1 : n), HERE);
  if (r != (size_t)-1 && r < n) did_read_string(s, HERE);
  return r;
}
CHECKED size_t __crun_wcstombs(char *d, const wchar_t *s, size_t n) {
  size_t r = wcstombs(d, s, n);
  if (r != (size_t)-1 && d) did_write(d, r < n ? r + 1 : n, HERE);
  if (r != (size_t)-1 && r < n) did_read_wide(s, HERE);
  return r;
}
