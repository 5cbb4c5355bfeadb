// SPDX-License-Identifier: Apache-2.0
// suppress.h: findings that the user does not want to be told of: ThreadSanitizer's file format, and more.
#ifndef CRUN_RACE_SUPPRESS_H
#define CRUN_RACE_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "frames.h"

// A line "WORD:PATTERN" of the file.
struct suppression {
  unsigned word;        // index into the table of words
  const char *pattern;  // ended by zero; for messages as well
  unsigned line;
  size_t hits;          // under the lock of tell.h
};

struct suppressions {
  struct suppression *at;
  size_t n, cap;
};

// suppress_parse adds what text says; text is cut up in place and must last as long as *out. complain gets
// the number of each bad line, its text and what is wrong with it. It returns how many bad lines there are.
//   Syntax: one WORD:PATTERN a line; blanks around, empty lines and those that begin with # are passed over.
size_t suppress_parse(char *text, size_t n, struct suppressions *out,
                      void (*complain)(unsigned line, const char *text, const char *what));

// suppress_match tells whether s holds the pattern: * stands for anything, ^ at its beginning and $ at its
// end for the ends of s.
bool suppress_match(const char *pattern, const char *s);

// suppress_init reads the file that the user named. One that cannot be read or understood ends the process
// with exit code 68, at once: better than a report that is missing.
void suppress_init(void);

// These tell whether a finding of this kind (tell.h) is suppressed for its id, for a stack of it, or for the
// variable that it is about; if so the finding is counted. Under the lock of tell.h.
bool suppressed_id(const char *id);
bool suppressed_stack(int kind, const struct stack *s);
bool suppressed_variable(const char *name, const char *path);

// suppress_summary writes which suppressions matched, and which did not if the user wants to know.
void suppress_summary(struct text *t);

#endif
