// SPDX-License-Identifier: Apache-2.0
// difference.c: reads the table of differences between the engines.
#include "difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"right", "otherwise", "alarm", "misses", "fails", "hangs"};

const char *says_text(enum says says) { return words[says]; }

static _Noreturn void bad(const char *table, const char *line) {
  fprintf(stderr, "judge: %s: %s\n", table, line ? line : "cannot be read");
  exit(2);
}

// read_says takes "misses" or "misses at times"; false: it is neither.
static bool read_says(const char *text, struct difference *d) {
  for (int i = SAYS_OTHERWISE; i <= SAYS_HANGS; i++) {
    size_t n = strlen(words[i]);
    if (strncmp(text, words[i], n) != 0) continue;
    d->says = (enum says)i;
    d->at_times = strcmp(text + n, " at times") == 0;
    return d->at_times || !text[n];
  }
  return false;
}

// is_of tells whether program is name with a folder and ".c".
static bool is_of(const char *program, const char *name) {
  const char *slash = strrchr(program, '/'), *base = slash ? slash + 1 : program;
  size_t n = strlen(name);
  return strncmp(base, name, n) == 0 && strcmp(base + n, ".c") == 0;
}

const struct difference *difference_find(const char *table, const char *program) {
  static struct difference found;
  bool any = false;
  char *line = NULL;
  size_t cap = 0;
  FILE *f = fopen(table, "r");
  if (!f) bad(table, NULL);
  while (getline(&line, &cap, f) > 0) {
    if (line[0] == '#' || line[0] == '\n') continue;
    char *says = strstr(line, ": "), *why = says ? strstr(says + 2, ": ") : NULL;
    if (!why || strlen(why) < 4) bad(table, line);
    *says = *why = 0;
    struct difference d;
    if (!read_says(says + 2, &d)) bad(table, says + 2);
    if (!is_of(program, line)) continue;
    found = d;
    any = true;
  }
  free(line);
  fclose(f);
  return any ? &found : NULL;
}
