// SPDX-License-Identifier: Apache-2.0
// output.h: a growing text, and the places reports go to.
#ifndef CRUN_RACE_OUTPUT_H
#define CRUN_RACE_OUTPUT_H

#include <stdarg.h>
#include <stddef.h>

// A text under construction; all zero is empty. Its memory is mapped: the program's malloc is not asked.
struct text {
  char *at;
  size_t n, cap;
};

void text_add(struct text *t, const char *s);
void text_addn(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull));
void text_free(struct text *t);

// as_one_line makes s fit for a terminal: what is no letter becomes '?', but tabs and a newline at the end.
void as_one_line(char *s);

// output_init looks what is open, at the start.
void output_init(void);

// output_report writes a report to log_path (stderr, stdout, or FILE.pid); output_record one line to
// json_path. Each text is written whole. What cannot be written goes to stderr after one line that
// says why; nothing is lost while stderr is there.
void output_report(const struct text *t);
void output_record(const struct text *t);

#endif
