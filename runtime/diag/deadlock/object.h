// SPDX-License-Identifier: Apache-2.0
// object.h: the name of a lock, a channel or the like: the variable it is, and its address.
#ifndef CRUN_DIAG_OBJECT_H
#define CRUN_DIAG_OBJECT_H

struct object_text {
  char text[240];
};

// object_text writes " queue.mu (0x...)", or " 0x..." if it is no variable of static storage.
const char *object_text(const void *object, struct object_text *out);

#endif
