// SPDX-License-Identifier: Apache-2.0
// id.h: what makes two findings the same: hashes of what is done and where in the source.
#ifndef CRUN_RACE_ID_H
#define CRUN_RACE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h"

enum { ID_DIGITS = 16 };

#define HASH_START 14695981039346656037ull
#define HASH_PRIME 1099511628211ull

// hash_add is FNV-1a; hash_string adds s with its end (nil is the empty one).
uint64_t hash_add(uint64_t h, const void *p, size_t n);
uint64_t hash_string(uint64_t h, const char *s);

// hash_place adds where s is: its innermost function, and those that it is inlined in. No address goes in,
// but for code without lines.
uint64_t hash_place(uint64_t h, const struct stack *s);

// id_write writes h as hexadecimal digits.
void id_write(uint64_t h, char id[ID_DIGITS + 1]);

// A set of hashes, open addressing. All zero is empty; 0 itself is not a member.
struct set {
  uint64_t *at;
  size_t n, cap;
};

// set_add returns false if h was there.
bool set_add(struct set *s, uint64_t h);

#endif
