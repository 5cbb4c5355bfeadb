// SPDX-License-Identifier: Apache-2.0
// libc_scan.c: the checked scanf family (libc.h says what checked means).
//
// The text of sscanf is read to its end, as glibc does. The result says how many conversions stored something, and a
// walk over the format finds where: a format with positions (%1$d), or with a conversion that C does not have, ends
// it. Of %n only those before the last conversion that matched are seen.
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

struct spec {
  bool dropped;     // %*d: nothing is stored
  bool allocated;   // %ms: a pointer is stored
  size_t width;     // 0: none
  char length;      // 0 h H(hh) l q(ll) j z t L
  char conversion;  // 0: none, the walk ends
};

static const char *set_end(const char *f) {
  if (*f == '^') f++;
  if (*f == ']') f++;
  f += strcspn(f, "]");
  return *f ? f + 1 : f;
}

// parse reads a specification behind its '%'.
static const char *parse(const char *f, struct spec *s) {
  *s = (struct spec){0};
  if (*f == '*') s->dropped = true, f++;
  f += strspn(f, "'");
  for (; isdigit((unsigned char)*f); f++)
    if (s->width < 1000000000) s->width = s->width * 10 + (size_t)(*f - '0');
  if (*f == 'm') s->allocated = true, f++;
  if (*f && strchr("hljztLq", *f)) s->length = *f++;
  if (s->length == 'h' && *f == 'h') s->length = 'H', f++;
  if (s->length == 'l' && *f == 'l') s->length = 'q', f++;
  s->conversion = *f;
  if (*f) f++;
  return s->conversion == '[' ? set_end(f) : f;
}

static size_t integer_size(char length) {
  switch (length) {
    case 'H': return 1;
    case 'h': return sizeof(short);
    case 0: return sizeof(int);
    default: return sizeof(long);
  }
}

// stored_size is how many bytes s has stored at p; 0: unknown, stop.
static size_t stored_size(const struct spec *s, const char *p) {
  if (s->allocated) return sizeof(char *);
  switch (s->conversion) {
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X': case 'b': case 'n':
      return integer_size(s->length);
    case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
      return s->length == 'L' ? sizeof(long double) : s->length ? sizeof(double) : sizeof(float);
    case 'c':
      return s->length ? 0 : s->width ? s->width : 1;
    case 's': case '[':
      return s->length ? 0 : strlen(p) + 1;
    case 'p':
      return sizeof(void *);
    default:
      return 0;
  }
}

// scanned: a call stored r results through list, as format says.
static int scanned(const char *format, va_list list, int r, uintptr_t pc) {
  va_list a;
  if (r <= 0 || !race_cur) return r;
  va_copy(a, list);
  int left = r;
  for (const char *f = strchr(format, '%'); f && left > 0; f = strchr(f, '%')) {
    struct spec s;
    f = parse(f + 1, &s);
    if (s.conversion == '%' || s.dropped) continue;
    if (!s.conversion || !strchr("dioubxXnaAeEfFgGcs[p", s.conversion)) break;
    char *p = va_arg(a, char *);
    size_t n = stored_size(&s, p);
    if (n == 0) break;
    did_write(p, n, pc);
    if (s.conversion != 'n') left--;
  }
  va_end(a);
  return r;
}

// The names that headers give them: by the version of C that the program is compiled for. Weak: not every glibc has
// the newest.
int __isoc99_vsscanf(const char *, const char *, va_list);
int __isoc99_vfscanf(FILE *, const char *, va_list);
int __isoc23_vsscanf(const char *, const char *, va_list) __attribute__((weak));
int __isoc23_vfscanf(FILE *, const char *, va_list) __attribute__((weak));

// from: a call scanned f, and stored r results or met its end.
static int from(FILE *f, int r) {
  did_fill();
  race_fd_acquire(fileno(f));
  return r;
}

// A list is used up by a call, so the walk has one of its own.
#define SCANNED(call, pc)               \
  va_list a, b;                         \
  va_start(a, format);                  \
  va_copy(b, a);                        \
  int r = scanned(format, b, call, pc); \
  va_end(b);                            \
  va_end(a);                            \
  return r

#define SCAN(version)                                                                              \
  CHECKED int __crun_##version##sscanf(const char *text, const char *format, ...) {                \
    did_read_string(text, HERE);                                                                   \
    SCANNED(version##vsscanf(text, format, a), HERE);                                              \
  }                                                                                                \
  CHECKED int __crun_##version##fscanf(FILE *file, const char *format, ...) {                      \
    SCANNED(from(file, version##vfscanf(file, format, a)), HERE);                                  \
  }                                                                                                \
  CHECKED int __crun_##version##scanf(const char *format, ...) {                                   \
    SCANNED(from(stdin, version##vfscanf(stdin, format, a)), HERE);                                \
  }

SCAN()
SCAN(__isoc99_)
SCAN(__isoc23_)
