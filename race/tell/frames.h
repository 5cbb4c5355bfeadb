// SPDX-License-Identifier: Apache-2.0
// frames.h: a stack as the source names it, and how its frames are written in text and in JSON.
#ifndef CRUN_RACE_FRAMES_H
#define CRUN_RACE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "race/symbolize.h"

enum { STACK_FRAMES = 256 };

// A stack, symbolized, innermost first.
struct stack {
  size_t n;
  bool folded;  // levels of recursion are left out
  struct sym_frame frame[STACK_FRAMES];
};

// stack_is_bottom tells whether f, an outermost frame, is no function of the user's but what called the first
// one: where a goroutine's, a thread's or the process's stack begins.
bool stack_is_bottom(const struct sym_frame *f);

// stack_is_ours tells whether f is a function of crun's, and stack_is_detectors, whether it is one of the detector's.
bool stack_is_ours(const struct sym_frame *f);
bool stack_is_detectors(const struct sym_frame *f);

// stack_symbolize makes out of return addresses, the first of which may be a plain pc. crun's own frames
// are left out.
void stack_symbolize(const uintptr_t *pc, size_t n, bool first_is_return, struct stack *out);

// text_stack writes the frames as Go does; none is the line for a stack without any.
void text_stack(struct text *t, const struct stack *s, const char *none);

// text_stack_source does the same and shows the innermost frame's line of source.
void text_stack_source(struct text *t, const struct stack *s, const char *none);

// text_file is a file's name without strip_path_prefix.
const char *text_file(const char *file);

// json_string writes s quoted; a byte that is not UTF-8 becomes U+FFFD. json_key writes "key":s, null for nil;
// json_number "key":n, null for 0; json_stack "key":[frames];
// json_source "source":line of the innermost frame, null if it cannot be had.
void json_string(struct text *t, const char *s);
void json_key(struct text *t, const char *key, const char *s);
void json_number(struct text *t, const char *key, uint64_t n);
void json_stack(struct text *t, const char *key, const struct stack *s);
void json_source(struct text *t, const struct stack *s);

#endif
