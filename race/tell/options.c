// SPDX-License-Identifier: Apache-2.0
// options.c: parses CRUNRACE after the table options.inc.
#include "options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "output.h"

struct race_options race_options = {
#define OPTION(type, name, def, lowest, highest, help) .name = def,
#include "options.inc"
#undef OPTION
};

enum type { NUMBER, STRING };

static const struct key {
  const char *name, *help;
  enum type type;
  long number, lowest, highest;
  const char *string;
  size_t at;  // in struct race_options
} keys[] = {
#define NUMBER_FIELDS(def) .type = NUMBER, .number = def
#define STRING_FIELDS(def) .type = STRING, .string = def
#define OPTION(kind, key, def, low, high, text)                                                     \
  {.name = #key, .help = text, kind##_FIELDS(def), .lowest = low, .highest = high,                  \
   .at = offsetof(struct race_options, key)},
#include "options.inc"
#undef OPTION
};
enum { KEYS = sizeof keys / sizeof *keys };

static const char separators[] = " ,\t\r\n";

static void set_number(struct race_options *o, const struct key *k, long v) {
  *(long *)((char *)o + k->at) = v;
}
static void set_string(struct race_options *o, const struct key *k, const char *v) {
  *(const char **)((char *)o + k->at) = v;
}

static void complain(void (*warn)(const char *), const char *key, const char *value, const char *what) {
  char line[512];
  snprintf(line, sizeof line, "crun: CRUNRACE: %.100s%s%.200s: %s\n", key, value ? "=" : "", value ? value : "",
           what);
  as_one_line(line);
  warn(line);
}

static void set(struct race_options *out, const char *name, const char *value, void (*warn)(const char *)) {
  const struct key *k = keys;
  while (k < keys + KEYS && strcmp(k->name, name) != 0) k++;
  if (k == keys + KEYS) {
    complain(warn, name, NULL, "unknown key (CRUNRACE=help=1 lists them)");
  } else if (!value) {
    complain(warn, name, NULL, "needs a value");
  } else if (k->type == STRING) {
    set_string(out, k, value);
  } else {
    char *end;
    long v = strtol(value, &end, 10);
    if (end == value || *end) {
      complain(warn, name, value, "not a number");
    } else if (v < k->lowest || v > k->highest) {
      char what[64];
      snprintf(what, sizeof what, "not in %ld..%ld", k->lowest, k->highest);
      complain(warn, name, value, what);
    } else {
      set_number(out, k, v);
    }
  }
}

// next_value cuts the value off at p and returns what follows it.
static char *next_value(char *p, const char **value) {
  char quote = *p == '\'' || *p == '"' ? *p : 0;
  *value = p += quote != 0;
  p += quote ? strcspn(p, (char[]){quote, 0}) : strcspn(p, separators);
  if (*p) *p++ = 0;
  return p;
}

void options_parse(char *text, struct race_options *out, void (*warn)(const char *)) {
  for (const struct key *k = keys; k < keys + KEYS; k++) {
    if (k->type == NUMBER) set_number(out, k, k->number);
    else set_string(out, k, k->string);
  }
  char *p = text;
  for (;;) {
    p += strspn(p, separators);
    if (!*p) return;
    char *name = p;
    const char *value = NULL;
    p += strcspn(p, "= ,\t\r\n");
    if (*p == '=') {
      *p++ = 0;
      p = next_value(p, &value);
    } else if (*p) {
      *p++ = 0;
    }
    set(out, name, value, warn);
  }
}

size_t options_help(char *out, size_t n) {
  size_t len = 0;
  for (const struct key *k = keys; k < keys + KEYS; k++) {
    char number[24];
    snprintf(number, sizeof number, k->number < k->lowest ? "N" : "%ld", k->number);
    int w = snprintf(out + len, n - len, "  %s=%s\n      %s\n", k->name, k->type == NUMBER ? number : k->string,
                     k->help);
    if (w < 0 || (size_t)w >= n - len) break;
    len += (size_t)w;
  }
  return len;
}

static void warn_stderr(const char *line) {
  if (kernel_write(STDERR_FILENO, line, strlen(line)) < 0) return;  // a closed stderr has no one to warn
}

void options_init(void) {
  const char *env = getenv("CRUNRACE");
  if (!env) env = "";
  size_t n = strlen(env) + 1;
  char *text = kernel_map(n);  // lives as long as the process: the strings point into it
  memcpy(text, env, n);
  options_parse(text, &race_options, warn_stderr);
  if (race_options.help) {
    char help[4096];
    size_t len = options_help(help, sizeof help);
    if (kernel_write(STDERR_FILENO, "CRUNRACE takes, with these defaults:\n", 37) < 0) return;
    if (kernel_write(STDERR_FILENO, help, len) < 0) return;
  }
}
