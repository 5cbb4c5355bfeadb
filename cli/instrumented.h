// SPDX-License-Identifier: Apache-2.0
// instrumented.h: whether a file went through the plugin, by the note it carries then.
#ifndef CRUN_CLI_INSTRUMENTED_H
#define CRUN_CLI_INSTRUMENTED_H

#include <stdbool.h>

// instrumented_object tells whether the object, or some member of the archive, is instrumented. It
// says on stderr which one has code and is not, and ends crun if one was made by a plugin that does
// not fit.
bool instrumented_object(const char *path);

// instrumented_program tells whether a program has instrumented code in it.
bool instrumented_program(const char *path);

// reporting_program tells whether a program has the part of crun that writes records, by its note.
bool reporting_program(const char *path);

#endif
