// SPDX-License-Identifier: Apache-2.0
// object.c: names of objects, by the debug information of variables.
#include "diag/deadlock/object.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "race/symbolize.h"

// cut takes the path's end off that lies in a struct of ours: ".queue.mu.word" is the user's ".queue.mu".
static void cut(char *path) {
  static const char *const ours[] = {".writer.word", ".m.word", ".word", ".state", ".count"};
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    size_t k = strlen(ours[i]);
    if (n < k || strcmp(path + n - k, ours[i]) != 0) continue;
    path[n - k] = 0;
    return;
  }
}

const char *object_text(const void *object, struct object_text *out) {
  struct sym_data d;
  if (symbolize_data((uintptr_t)object, sizeof(uint64_t), &d)) {
    cut(d.path);
    snprintf(out->text, sizeof out->text, " %.80s%.120s (%p)", d.name, d.path, object);
  } else {
    snprintf(out->text, sizeof out->text, " %p", object);
  }
  return out->text;
}
