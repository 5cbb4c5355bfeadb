// SPDX-License-Identifier: Apache-2.0
// suppressions_fuzz.c: whatever a file of suppressions holds, each line is passed over, taken in or named.
// dict: "race:"
// dict: "race_top:"
// dict: "called_from_lib:"
// dict: "leak:"
// dict: "id:0123456789abcdef"
// dict: "*"
// dict: "^"
// dict: "$"
// dict: "#"
// dict: "\x0a"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "suppress.h"

static unsigned last;

static void complain(unsigned line, const char *text, const char *what) {
  if (line <= last || !*what || strlen(text) > 4096) abort();  // in order, each once
  last = line;
}

static int check(const struct suppression *s) {
  return *s->pattern && suppress_match(s->pattern, "crun/race/tell/suppress.c") + suppress_match(s->pattern, "a") +
                            suppress_match(s->pattern, s->pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct suppressions all = {0};
  char *text = malloc(n + 1);
  size_t lines = 1;
  last = 0;
  for (size_t i = 0; i < n; i++) lines += data[i] == '\n';
  memcpy(text, data, n);
  text[n] = 0;
  size_t bad = suppress_parse(text, n, &all, complain);
  if (bad + all.n > lines || last > lines) abort();
  for (size_t i = 0; i < all.n; i++) {
    if (!*all.at[i].pattern || all.at[i].pattern < text || all.at[i].pattern > text + n) abort();
    check(&all.at[i]);
  }
  if (all.cap) kernel_unmap(all.at, all.cap * sizeof *all.at);
  free(text);
  return 0;
}
