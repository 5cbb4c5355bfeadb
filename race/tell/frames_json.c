// SPDX-License-Identifier: Apache-2.0
// frames_json.c: strings and frames as JSON.
#include <string.h>

#include "frames.h"
#include "source.h"

// utf8_length is the number of bytes of the UTF-8 sequence at s, or 0 if there is none.
static int utf8_length(const unsigned char *s) {
  int n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 && s[0] >= 0xc2 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 && s[0] <= 0xf4 ? 4 : 0;
  for (int i = 1; i < n; i++)
    if (s[i] >> 6 != 2) return 0;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0;  // too long a form; a surrogate
  if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  return n;
}

void json_string(struct text *t, const char *s) {
  text_add(t, "\"");
  while (*s) {
    int n = utf8_length((const unsigned char *)s);
    unsigned char c = (unsigned char)*s;
    if (n == 0) text_add(t, "\\ufffd");
    else if (c == '"' || c == '\\') text_addf(t, "\\%c", c);
    else if (c < 0x20) text_addf(t, "\\u%04x", c);
    else text_addn(t, s, (size_t)n);
    s += n ? n : 1;
  }
  text_add(t, "\"");
}

void json_key(struct text *t, const char *key, const char *s) {
  text_addf(t, "\"%s\":", key);
  if (s) json_string(t, s);
  else text_add(t, "null");
}

void json_number(struct text *t, const char *key, uint64_t n) {
  if (n) text_addf(t, "\"%s\":%llu", key, (unsigned long long)n);
  else text_addf(t, "\"%s\":null", key);
}

static void json_frame(struct text *t, const struct sym_frame *f) {
  text_add(t, "{");
  json_key(t, "func", f->func);
  text_add(t, ",");
  json_key(t, "file", f->file);
  text_addf(t, ",\"line\":%d,\"col\":%d,\"inlined\":%s,", f->line, f->col, f->inlined ? "true" : "false");
  json_key(t, "module", f->module);
  if (f->build_id) text_addf(t, ",\"build_id\":\"%s\"", f->build_id);
  text_addf(t, ",\"offset\":%lu}", (unsigned long)f->offset);
}

void json_stack(struct text *t, const char *key, const struct stack *s) {
  text_addf(t, "\"%s\":[", key);
  for (size_t i = 0; i < s->n; i++) {
    if (i) text_add(t, ",");
    json_frame(t, &s->frame[i]);
  }
  text_add(t, "]");
}

void json_source(struct text *t, const struct stack *s) {
  char line[SOURCE_BYTES + 1];
  json_key(t, "source", s->n && source_line(&s->frame[0], line) ? line : NULL);
}
