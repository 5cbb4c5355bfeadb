// SPDX-License-Identifier: Apache-2.0
// instrumented.h: whether an object went through the plugin, by the note it carries then.
#ifndef CRUN_CLI_INSTRUMENTED_H
#define CRUN_CLI_INSTRUMENTED_H

#include <stdbool.h>

// instrumented_file tells whether the object, or some member of the archive, is instrumented. It says
// on stderr which one has code and is not, and ends the command if one was made by another plugin.
bool instrumented_file(const char *path);

#endif
