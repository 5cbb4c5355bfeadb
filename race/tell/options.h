// SPDX-License-Identifier: Apache-2.0
// options.h: what the user set in CRUNRACE="key=value key=value", read once before main.
#ifndef CRUN_RACE_OPTIONS_H
#define CRUN_RACE_OPTIONS_H

#include <stddef.h>

struct race_options {
#define OPTION_NUMBER(name) long name;
#define OPTION_STRING(name) const char *name;
#define OPTION(type, name, def, lowest, highest, help) OPTION_##type(name)
#include "options.inc"
#undef OPTION
#undef OPTION_NUMBER
#undef OPTION_STRING
};

// race_options is read-only after init.
extern struct race_options race_options;

// options_init reads the environment and warns on stderr of what it does not understand.
void options_init(void);

// options_parse sets out to the defaults, then to what text says. Text is cut up in place; the
// strings in out point into it. warn gets one whole line for each mistake.
//   Syntax: key=value, separated by spaces, commas, tabs or newlines; a value may be quoted with ' or ".
void options_parse(char *text, struct race_options *out, void (*warn)(const char *line));

// options_help writes the table of keys, at most n bytes with the final zero; it returns its length.
size_t options_help(char *out, size_t n);

#endif
