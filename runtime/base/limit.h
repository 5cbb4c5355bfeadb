// SPDX-License-Identifier: Apache-2.0
// limit.h: which of the system's limits stands in the way, for messages.
#ifndef CRUN_LIMIT_H
#define CRUN_LIMIT_H

#include <stddef.h>

enum { LIMIT_TEXT = 160 };

// limit_of_memory says why `bytes` more of address space were refused with the error err.
void limit_of_memory(size_t bytes, int err, char text[LIMIT_TEXT]);

#endif
