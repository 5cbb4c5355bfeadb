// SPDX-License-Identifier: Apache-2.0
// libc.h: what the checked libc functions share: how they tell the detector what they touched.
//
// Each __crun_X stands for libc's X in instrumented code (abi.inc has the table, the plugin makes
// the calls). It checks exactly the bytes that X reads and writes by its definition, never more: a
// comparison reads up to the first difference, a search up to what it found, strncpy pads. Its
// return address is the place of the access. It then calls X itself, so that X may be the program's
// own.
#ifndef CRUN_RACE_LIBC_H
#define CRUN_RACE_LIBC_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "g.h"

#define CHECKED __attribute__((visibility("default")))
#define HERE ((uintptr_t)__builtin_return_address(0))

static inline void did(const void *p, size_t n, unsigned flags, uintptr_t pc) {
  if (race_cur && n) range_check(race_cur, (uintptr_t)p, n, flags, pc);
}
static inline void did_read(const void *p, size_t n, uintptr_t pc) { did(p, n, ACCESS_READ, pc); }
static inline void did_write(const void *p, size_t n, uintptr_t pc) { did(p, n, ACCESS_WRITE, pc); }

// A string with its end, and one of which at most n bytes are looked at.
static inline void did_read_string(const char *s, uintptr_t pc) {
  if (race_cur) did_read(s, strlen(s) + 1, pc);
}
static inline size_t string_extent(const char *s, size_t n) {
  size_t len = strnlen(s, n);
  return len < n ? len + 1 : n;
}
#define ANY_LENGTH ((size_t)PTRDIFF_MAX)

// did_stream: text goes to f (libc_file.c: the order that a pipe makes).
void did_stream(FILE *f);

// did_fill: a stream's buffer may have been filled anew.
void did_fill(void);

#endif
