// SPDX-License-Identifier: Apache-2.0
// settings.h: what the user set in CRUNDEBUG="key=value,key=value", read once at the start.
#ifndef CRUN_DIAG_SETTINGS_H
#define CRUN_DIAG_SETTINGS_H

#include <stdint.h>

// Times are in nanoseconds; 0 is off.
struct settings {
#define SETTING(type, name, help) int64_t name;
#include "diag/settings.inc"
#undef SETTING
};

// settings is read-only after sched_start.
extern struct settings settings;

// settings_init reads the environment and says on stderr what it does not understand.
void settings_init(void);

// settings_parse sets *out to all off and then to what text says. Text is cut up in place; warn gets one
// whole line for each mistake.
//   Syntax: key=value, separated by commas, spaces, tabs or newlines.
void settings_parse(char *text, struct settings *out, void (*warn)(const char *line));

#endif
