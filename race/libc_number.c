// SPDX-License-Identifier: Apache-2.0
// libc_number.c: the checked ato* and strto* functions (libc.h says what checked means).
//
// What is read ends with the first character that does not belong to the number. Where there is no
// number at all, the blanks before it were read, and one more.
#include <ctype.h>
#include <stdlib.h>

#include "libc.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static void did_number(const char *s, const char *end, char **to, uintptr_t pc) {
  if (!race_cur) return;
  if (end == s)
    while (isspace((unsigned char)*end)) end++;
  did_read(s, end - s + 1, pc);
  if (to) did_write(to, sizeof *to, pc);
}

// The names behind an asm label: in C the header may give strtol another symbol (glibc 2.38's
// __isoc23_strtol), and what is called must be what the program called. Weak: not every glibc has
// both.
#define REAL(result, name, parameters) \
  extern result real_##name parameters __asm__(#name) __attribute__((weak))

#define INTEGER(result, name)                                     \
  REAL(result, name, (const char *, char **, int));               \
  CHECKED result __crun_##name(const char *s, char **to, int base) { \
    char *end;                                                    \
    result r = real_##name(s, &end, base);                        \
    did_number(s, end, to, HERE);                                 \
    if (to) *to = end;                                            \
    return r;                                                     \
  }

INTEGER(long, strtol)
INTEGER(long long, strtoll)
INTEGER(unsigned long, strtoul)
INTEGER(unsigned long long, strtoull)
INTEGER(long, __isoc23_strtol)
INTEGER(long long, __isoc23_strtoll)
INTEGER(unsigned long, __isoc23_strtoul)
INTEGER(unsigned long long, __isoc23_strtoull)

CHECKED double __crun_strtod(const char *s, char **to) {
  char *end;
  double r = strtod(s, &end);
  did_number(s, end, to, HERE);
  if (to) *to = end;
  return r;
}

// C defines the ato* functions by the strto* ones.
static long decimal(const char *s, uintptr_t pc) {
  char *end;
  long r = real_strtol(s, &end, 10);
  did_number(s, end, NULL, pc);
  return r;
}

CHECKED int __crun_atoi(const char *s) { return (int)decimal(s, HERE); }
CHECKED long __crun_atol(const char *s) { return decimal(s, HERE); }
CHECKED long long __crun_atoll(const char *s) { return decimal(s, HERE); }

CHECKED double __crun_atof(const char *s) {
  char *end;
  double r = strtod(s, &end);
  did_number(s, end, NULL, HERE);
  return r;
}
