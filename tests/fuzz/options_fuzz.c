// SPDX-License-Identifier: Apache-2.0
// options_fuzz.c: whatever CRUNRACE holds, numbers stay within their bounds, and texts within CRUNRACE.
// dict: "exitcode="
// dict: "log_path="
// dict: "halt_on_error=1"
// dict: "suppressions="
// dict: "'"
// dict: "\""
// dict: "="
// dict: ","
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static void warn(const char *line) {
  size_t n = strlen(line);
  if (n == 0 || line[n - 1] != '\n' || strchr(line, '\n') != line + n - 1) abort();  // one whole line
}

static void check_number(long v, long def, long lowest, long highest) {
  if (v != def && (v < lowest || v > highest)) abort();
}

static void check_string(const char *v, const char *def, const char *text, size_t n) {
  bool inside = v >= text && v <= text + n;
  if (!inside && strcmp(v, def) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct race_options o;
  char *text = malloc(n + 1);
  memcpy(text, data, n);
  text[n] = 0;
  options_parse(text, &o, warn);
#define CHECK_NUMBER(name, def, lowest, highest) check_number(o.name, def, lowest, highest);
#define CHECK_STRING(name, def, lowest, highest) check_string(o.name, def, text, n);
#define OPTION(type, name, def, lowest, highest, help) CHECK_##type(name, def, lowest, highest)
#include "options.inc"
#undef OPTION
  free(text);
  return 0;
}
