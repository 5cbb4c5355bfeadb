// SPDX-License-Identifier: Apache-2.0
// demangle.c: C++ names by the program's own C++ library, which whoever has such names is linked with. Not by dlsym: what it
// keeps of a failure is freed when the thread ends, which LLVM's runtime cannot place.
//
// What was read is remembered by the symbol's address: names live in tables that stay.
#include "demangle.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *__cxa_demangle(const char *, char *, size_t *, int *) __attribute__((weak));

// cut_parameters ends the name of a function where its parameters begin. What stands behind them (const) goes too; a name
// behind them is that of something within the function, and stays.
static void cut_parameters(char *name) {
  char *end = strrchr(name, ')');
  int depth = 0;
  if (end && strstr(end, "::")) return;
  for (; end && end > name; end--) {
    depth += (*end == ')') - (*end == '(');
    if (depth == 0) break;
  }
  if (end && end > name) *end = 0;
}

enum { REMEMBERED = 512 };
static struct {
  const char *symbol, *name;
} remembered[REMEMBERED];  // under libdw's lock

const char *demangle(const char *symbol) {
  if (!symbol || strncmp(symbol, "_Z", 2) != 0) return symbol;
  size_t at = ((uintptr_t)symbol ^ (uintptr_t)symbol >> 9) % REMEMBERED;
  if (remembered[at].symbol == symbol) return remembered[at].name;
  int status = -1;
  char *name = __cxa_demangle ? __cxa_demangle(symbol, NULL, NULL, &status) : NULL;
  if (!name || status != 0) return symbol;
  cut_parameters(name);
  remembered[at].symbol = symbol;
  remembered[at].name = name;
  return name;
}
