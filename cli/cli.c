// SPDX-License-Identifier: Apache-2.0
// cli.c: messages and argument lists.
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void out_of_memory(void) {
  fputs("crun: out of memory\n", stderr);
  exit(EXIT_UNABLE);
}

void *resize(void *p, size_t n) {
  p = realloc(p, n);
  if (!p) out_of_memory();
  return p;
}

void args_add(struct args *a, const char *s) {
  if (a->n + 2 > a->cap) {
    a->cap = a->cap ? 2 * a->cap : 64;
    a->at = resize(a->at, (size_t)a->cap * sizeof *a->at);
  }
  a->at[a->n++] = s;
  a->at[a->n] = NULL;
}

static char *vformat(const char *fmt, va_list ap) {
  char *s;
  if (vasprintf(&s, fmt, ap) < 0) out_of_memory();
  return s;
}

char *format(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *s = vformat(fmt, ap);
  va_end(ap);
  return s;
}

void args_addf(struct args *a, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  args_add(a, vformat(fmt, ap));
  va_end(ap);
}

static void vsay(const char *fmt, va_list ap) {
  char *s = vformat(fmt, ap);
  fprintf(stderr, "crun: %s\n", s);
  free(s);
}

void say(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsay(fmt, ap);
  va_end(ap);
}

_Noreturn void die(int code, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsay(fmt, ap);
  va_end(ap);
  exit(code);
}
