// SPDX-License-Identifier: Apache-2.0
// libc_format.c: the checked printf family (libc.h says what checked means).
//
// A walk over the format finds the arguments behind pointers: the strings of %s are read, as far as
// their precision lets them be, and what %n points to is written. A format with positions (%1$s) or
// with a conversion that C does not have ends the walk: fewer checks, never wrong ones.
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// One conversion specification.
struct spec {
  long precision;  // < 0: none
  char length;     // 0 h H(hh) l q(ll) j z t L
  char conversion; // 0: none, the walk ends
};

// A va_list as an object of its own: in a parameter it is a pointer on some machines, and not on
// others.
struct args {
  va_list list;
};

static const char *number_or_star(const char *f, struct args *a, long *n) {
  *n = 0;
  if (*f == '*') {
    *n = va_arg(a->list, int);
    return f + 1;
  }
  for (; isdigit((unsigned char)*f); f++)
    if (*n < 1000000000) *n = *n * 10 + (*f - '0');
  return f;
}

static const char *length(const char *f, char *out) {
  *out = 0;
  if (*f && strchr("hljztLq", *f)) *out = *f++;
  if (*out == 'h' && *f == 'h') *out = 'H', f++;
  if (*out == 'l' && *f == 'l') *out = 'q', f++;
  return f;
}

// parse reads a specification behind its '%'.
static const char *parse(const char *f, struct args *a, struct spec *s) {
  long width;
  f += strspn(f, "-+ #0'I");
  f = number_or_star(f, a, &width);
  s->precision = -1;
  if (*f == '.') f = number_or_star(f + 1, a, &s->precision);
  f = length(f, &s->length);
  s->conversion = *f;
  return *f ? f + 1 : f;
}

static size_t size_of_n(char length) {
  switch (length) {
    case 'H': return 1;
    case 'h': return sizeof(short);
    case 0: return sizeof(int);
    default: return sizeof(long);
  }
}

static void did_string(const char *s, const struct spec *spec, uintptr_t pc) {
  if (!s || spec->length == 'l') return;  // printf shows (null); wide strings are not looked at
  did_read(s, string_extent(s, spec->precision < 0 ? ANY_LENGTH : (size_t)spec->precision), pc);
}

static void integer(struct args *a, char length) {
  if (length == 'l' || length == 'z' || length == 't') (void)va_arg(a->list, long);
  else if (length == 'q' || length == 'j') (void)va_arg(a->list, long long);
  else (void)va_arg(a->list, int);
}

// argument takes the argument of s; false: unknown, stop.
static bool argument(struct args *a, const struct spec *s, uintptr_t pc) {
  switch (s->conversion) {
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X': case 'b': case 'B':
      integer(a, s->length);
      return true;
    case 'c':
      if (s->length == 'l') (void)va_arg(a->list, wint_t);
      else (void)va_arg(a->list, int);
      return true;
    case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
      if (s->length == 'L') (void)va_arg(a->list, long double);
      else (void)va_arg(a->list, double);
      return true;
    case 's':
      did_string(va_arg(a->list, const char *), s, pc);
      return true;
    case 'p':
      (void)va_arg(a->list, void *);
      return true;
    case 'n':
      did_write(va_arg(a->list, void *), size_of_n(s->length), pc);
      return true;
    case 'm':
    case '%':
      return true;
    default:
      return false;
  }
}

static void did_arguments(const char *format, va_list list, uintptr_t pc) {
  if (!race_cur) return;
  struct args a;
  va_copy(a.list, list);
  for (const char *f = strchr(format, '%'); f; f = strchr(f, '%')) {
    struct spec s;
    f = parse(f + 1, &a, &s);
    if (!argument(&a, &s, pc)) break;
  }
  va_end(a.list);
}

// ---- to memory ----------------------------------------------------------------------------------

// did_print: a call with room for n bytes at d made a text of r bytes.
static int did_print(char *d, size_t n, int r, uintptr_t pc) {
  if (r >= 0 && n) did_write(d, (size_t)r < n ? (size_t)r + 1 : n, pc);
  return r;
}

int __vsprintf_chk(char *, int, size_t, const char *, va_list);
int __vsnprintf_chk(char *, size_t, int, size_t, const char *, va_list);
int __vprintf_chk(int, const char *, va_list);
int __vfprintf_chk(FILE *, int, const char *, va_list);

CHECKED int __crun_vsnprintf(char *d, size_t n, const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return did_print(d, n, vsnprintf(d, n, f, a), HERE);
}

CHECKED int __crun_vsprintf(char *d, const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return did_print(d, ANY_LENGTH, vsprintf(d, f, a), HERE);
}

CHECKED int __crun___vsnprintf_chk(char *d, size_t n, int flag, size_t room, const char *f,
                                   va_list a) {
  did_arguments(f, a, HERE);
  return did_print(d, n, __vsnprintf_chk(d, n, flag, room, f, a), HERE);
}

CHECKED int __crun___vsprintf_chk(char *d, int flag, size_t room, const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return did_print(d, ANY_LENGTH, __vsprintf_chk(d, flag, room, f, a), HERE);
}

// VARIADIC is the body of the twin with `...` of a function that takes a va_list.
#define VARIADIC(last, print)     \
  va_list a;                      \
  va_start(a, last);              \
  did_arguments(last, a, HERE);   \
  int r = print;                  \
  va_end(a);                      \
  return r

CHECKED int __crun_snprintf(char *d, size_t n, const char *f, ...) {
  VARIADIC(f, did_print(d, n, vsnprintf(d, n, f, a), HERE));
}

CHECKED int __crun_sprintf(char *d, const char *f, ...) {
  VARIADIC(f, did_print(d, ANY_LENGTH, vsprintf(d, f, a), HERE));
}

CHECKED int __crun___snprintf_chk(char *d, size_t n, int flag, size_t room, const char *f, ...) {
  VARIADIC(f, did_print(d, n, __vsnprintf_chk(d, n, flag, room, f, a), HERE));
}

CHECKED int __crun___sprintf_chk(char *d, int flag, size_t room, const char *f, ...) {
  VARIADIC(f, did_print(d, ANY_LENGTH, __vsprintf_chk(d, flag, room, f, a), HERE));
}

// ---- to files -----------------------------------------------------------------------------------

CHECKED int __crun_vprintf(const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return vprintf(f, a);
}

CHECKED int __crun_vfprintf(FILE *to, const char *f, va_list a) {
  did_stream(to);
  did_arguments(f, a, HERE);
  return vfprintf(to, f, a);
}

CHECKED int __crun___vprintf_chk(int flag, const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return __vprintf_chk(flag, f, a);
}

CHECKED int __crun___vfprintf_chk(FILE *to, int flag, const char *f, va_list a) {
  did_stream(to);
  did_arguments(f, a, HERE);
  return __vfprintf_chk(to, flag, f, a);
}

CHECKED int __crun_printf(const char *f, ...) { VARIADIC(f, vprintf(f, a)); }
CHECKED int __crun___printf_chk(int flag, const char *f, ...) {
  VARIADIC(f, __vprintf_chk(flag, f, a));
}
CHECKED int __crun_fprintf(FILE *to, const char *f, ...) {
  did_stream(to);
  VARIADIC(f, vfprintf(to, f, a));
}

CHECKED int __crun___fprintf_chk(FILE *to, int flag, const char *f, ...) {
  did_stream(to);
  VARIADIC(f, __vfprintf_chk(to, flag, f, a));
}

// What goes to a descriptor is for others to read (race.h).
CHECKED int __crun_vdprintf(int fd, const char *f, va_list a) {
  race_fd_release(fd);
  did_arguments(f, a, HERE);
  return vdprintf(fd, f, a);
}
CHECKED int __crun_dprintf(int fd, const char *f, ...) {
  race_fd_release(fd);
  VARIADIC(f, vdprintf(fd, f, a));
}

// ---- to a block of the heap ----------------------------------------------------------------------

int __vasprintf_chk(char **, int, const char *, va_list);

// did_allocate: a call put a text of r bytes into a block, and its address to d.
static int did_allocate(char **d, int r, uintptr_t pc) {
  if (r < 0) return r;
  did_write(d, sizeof *d, pc);
  did_write(*d, (size_t)r + 1, pc);
  return r;
}
CHECKED int __crun_vasprintf(char **d, const char *f, va_list a) {
  did_arguments(f, a, HERE);
  return did_allocate(d, vasprintf(d, f, a), HERE);
}
CHECKED int __crun_asprintf(char **d, const char *f, ...) { VARIADIC(f, did_allocate(d, vasprintf(d, f, a), HERE)); }
CHECKED int __crun___asprintf_chk(char **d, int flag, const char *f, ...) {
  VARIADIC(f, did_allocate(d, __vasprintf_chk(d, flag, f, a), HERE));
}
