// SPDX-License-Identifier: Apache-2.0
// id.c: hashes of places, and sets of them.
#include "id.h"

#include <string.h>

#include "kernel.h"

uint64_t hash_add(uint64_t h, const void *p, size_t n) {
  const unsigned char *s = p;
  for (size_t i = 0; i < n; i++) h = (h ^ s[i]) * HASH_PRIME;
  return h;
}

uint64_t hash_string(uint64_t h, const char *s) { return s ? hash_add(h, s, strlen(s) + 1) : hash_add(h, "", 1); }

static const char *base_name(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path;
}

uint64_t hash_place(uint64_t h, const struct stack *s) {
  for (size_t i = 0; i < s->n; i++) {
    const struct sym_frame *f = &s->frame[i];
    h = hash_string(hash_string(h, f->func), f->file);
    h = hash_add(hash_add(h, &f->line, sizeof f->line), &f->col, sizeof f->col);
    if (!f->file) h = hash_add(hash_string(h, base_name(f->module)), &f->offset, sizeof f->offset);
    if (!f->inlined) break;
  }
  return h;
}

void id_write(uint64_t h, char id[ID_DIGITS + 1]) {
  for (int i = ID_DIGITS - 1; i >= 0; i--, h >>= 4) id[i] = "0123456789abcdef"[h & 15];
  id[ID_DIGITS] = 0;
}

static void set_grow(struct set *s) {
  struct set bigger = {.cap = s->cap ? 2 * s->cap : 512};
  bigger.at = kernel_map(bigger.cap * sizeof *bigger.at);
  for (size_t i = 0; i < s->cap; i++)
    if (s->at[i]) set_add(&bigger, s->at[i]);
  if (s->cap) kernel_unmap(s->at, s->cap * sizeof *s->at);
  *s = bigger;
}

bool set_add(struct set *s, uint64_t h) {
  if (4 * (s->n + 1) > 3 * s->cap) set_grow(s);
  size_t i = h & (s->cap - 1);
  for (; s->at[i]; i = (i + 1) & (s->cap - 1))
    if (s->at[i] == h) return false;
  s->at[i] = h;
  s->n++;
  return true;
}
