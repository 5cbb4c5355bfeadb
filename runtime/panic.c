// SPDX-License-Identifier: Apache-2.0
// panic.c: panics.
#include <stdarg.h>
#include <stdio.h>

#include "crun/debug.h"
#include "diag/dump.h"

__attribute__((visibility("default"))) _Noreturn void cr_panic(const char *fmt, ...) {
  char text[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  die_panicking(text);
}
