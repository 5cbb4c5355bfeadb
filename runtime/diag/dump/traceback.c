// SPDX-License-Identifier: Apache-2.0
// traceback.c: reads CRUNTRACEBACK.
#include "diag/dump/traceback.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

struct traceback traceback = {.level = TRACEBACK_ALL};

bool traceback_parse(const char *text, struct traceback *out) {
  static const struct {
    const char *word, *number;  // Go takes both
    struct traceback t;
  } levels[] = {
      {"none", "0", {TRACEBACK_NONE, false}},     {"single", NULL, {TRACEBACK_SINGLE, false}},
      {"all", "1", {TRACEBACK_ALL, false}},       {"system", "2", {TRACEBACK_SYSTEM, false}},
      {"crash", NULL, {TRACEBACK_SYSTEM, true}},
  };
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    const char *number = levels[i].number;
    if (strcmp(text, levels[i].word) != 0 && !(number && strcmp(text, number) == 0)) continue;
    *out = levels[i].t;
    return true;
  }
  return false;
}

void traceback_init(void) {
  const char *s = getenv("CRUNTRACEBACK");
  if (!s || !*s || traceback_parse(s, &traceback)) return;
  errf("crun: CRUNTRACEBACK=%.60s is not none, single, all, system or crash; using all\n", s);
}
