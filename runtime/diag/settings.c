// SPDX-License-Identifier: Apache-2.0
// settings.c: parses CRUNDEBUG after the table settings.inc.
#include "diag/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

struct settings settings;

enum type { FLAG, MS, DURATION };

static const struct key {
  const char *name, *help;
  enum type type;
  size_t at;  // in struct settings
} keys[] = {
#define SETTING(kind, key, text) {.name = #key, .help = text, .type = kind, .at = offsetof(struct settings, key)},
#include "diag/settings.inc"
#undef SETTING
};
enum { KEYS = sizeof keys / sizeof *keys };

static const struct unit {
  const char *name;
  int64_t ns;
} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
enum { UNITS = sizeof units / sizeof *units };

// scale multiplies n by the unit that s names; -1: it names none, or the product is too large.
static int64_t scale(int64_t n, const char *s, enum type type) {
  if (type == FLAG) return *s || n > 1 ? -1 : n;
  if (type == MS && !*s) s = "ms";
  for (const struct unit *u = units; u < units + UNITS; u++)
    if (strcmp(s, u->name) == 0) return n <= INT64_MAX / u->ns ? n * u->ns : -1;
  return -1;
}

static const char *wanted(enum type type) {
  switch (type) {
    case FLAG: return "not 0 or 1";
    case MS: return "not a number of milliseconds";
    default: return "not a time (as 30s, 500ms or 5m)";
  }
}

static void complain(void (*warn)(const char *), const char *key, const char *value, const char *what) {
  char line[256];
  snprintf(line, sizeof line, "crun: CRUNDEBUG: %.60s%s%.60s: %s\n", key, value ? "=" : "", value ? value : "", what);
  warn(line);
}

static void set(struct settings *out, const char *name, const char *value, void (*warn)(const char *)) {
  const struct key *k = keys;
  while (k < keys + KEYS && strcmp(k->name, name) != 0) k++;
  if (k == keys + KEYS) {
    complain(warn, name, NULL, "unknown key (CRUNDEBUG=help=1 lists them)");
    return;
  }
  char *end = "";
  errno = 0;
  int64_t n = value && *value >= '0' && *value <= '9' ? strtoll(value, &end, 10) : -1;
  if (errno || n < 0 || (n = scale(n, end, k->type)) < 0) complain(warn, name, value ? value : "", wanted(k->type));
  else *(int64_t *)((char *)out + k->at) = n;
}

void settings_parse(char *text, struct settings *out, void (*warn)(const char *line)) {
  *out = (struct settings){0};
  for (char *save, *item = strtok_r(text, ", \t\r\n", &save); item; item = strtok_r(NULL, ", \t\r\n", &save)) {
    char *value = strchr(item, '=');
    if (value) *value++ = 0;
    set(out, item, value, warn);
  }
}

static void warn_stderr(const char *line) { errf("%s", line); }

void settings_init(void) {
  const char *s = getenv("CRUNDEBUG");
  char *copy = s ? strdup(s) : NULL;
  if (!copy) return;
  settings_parse(copy, &settings, warn_stderr);
  free(copy);
  if (!settings.help) return;
  errf("CRUNDEBUG=\"key=value,key=value\":\n");
  for (const struct key *k = keys; k < keys + KEYS; k++) errf("  %-12s %s\n", k->name, k->help);
}
