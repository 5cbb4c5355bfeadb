// SPDX-License-Identifier: Apache-2.0
// response.c: reads response files. crun must see what is in them: -race, -c and the objects to
// link.
#include "response.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 20 };  // a file may name another, or itself

static char *read_file(const char *path) {
  FILE *f = fopen(path, "re");
  if (!f) return NULL;
  size_t n = 0, cap = 0;
  char *text = NULL;
  for (size_t r = 1; r > 0; n += r) {
    if (cap - n < 4096) text = resize(text, cap = 2 * cap + 8192);
    r = fread(text + n, 1, cap - n - 1, f);
  }
  bool failed = ferror(f);  // a directory opens, but does not read
  fclose(f);
  text[n] = 0;
  if (!failed) return text;
  free(text);
  return NULL;
}

// next_word unquotes the word at *at in place and moves *at behind it; nil at the end of the text.
static char *next_word(char **at) {
  char *in = *at;
  while (isspace((unsigned char)*in)) in++;
  if (!*in) return NULL;
  char *word = in, *out = in, quote = 0;
  for (; *in && (quote || !isspace((unsigned char)*in)); in++) {
    if (*in == '\\' && in[1]) *out++ = *++in;
    else if (quote && *in == quote) quote = 0;
    else if (!quote && (*in == '"' || *in == '\'')) quote = *in;
    else *out++ = *in;
  }
  *at = *in ? in + 1 : in;
  *out = 0;
  return word;
}

static void expand(struct args *out, const char *arg, int depth) {
  char *text = arg[0] == '@' && depth < MAX_DEPTH ? read_file(arg + 1) : NULL;
  if (!text) {
    args_add(out, arg);
    return;
  }
  for (char *at = text, *word; (word = next_word(&at));) expand(out, word, depth + 1);
}

struct args response_expand(int argc, char **argv) {
  struct args a = {0};
  for (int i = 0; i < argc; i++) expand(&a, argv[i], 0);
  return a;
}
