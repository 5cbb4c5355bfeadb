// SPDX-License-Identifier: Apache-2.0
// instrumented.h: whether a file went through the plugin, by the note it carries then.
#ifndef CRUN_CLI_INSTRUMENTED_H
#define CRUN_CLI_INSTRUMENTED_H

#include <stdbool.h>

// instrumented_object tells whether the object, or some member of the archive, is instrumented. It
// says on stderr which one has code and is not, and ends crun if one was made by a plugin that does
// not fit, or for the other engine than this link's (tsan: -race=tsan).
bool instrumented_object(const char *path, bool tsan);

// instrumented_program tells whether a program has code in it that is instrumented for -race, or for
// -race=tsan.
bool instrumented_program(const char *path, bool tsan);

// reporting_program tells whether a program has the part of crun that writes records, by its note.
bool reporting_program(const char *path);

#endif
