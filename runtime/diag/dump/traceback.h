// SPDX-License-Identifier: Apache-2.0
// traceback.h: how much a dying process prints: CRUNTRACEBACK, with the words of Go's GOTRACEBACK.
#ifndef CRUN_DIAG_TRACEBACK_H
#define CRUN_DIAG_TRACEBACK_H

#include <stdbool.h>

enum traceback_level {
  TRACEBACK_NONE,    // the message alone
  TRACEBACK_SINGLE,  // the goroutine that it happened to
  TRACEBACK_ALL,     // and all others: the default
  TRACEBACK_SYSTEM,  // with the frames inside the runtime
};

struct traceback {
  enum traceback_level level;
  bool core;  // "crash": as system, and the process ends by SIGABRT, which may leave a core
};

// traceback is read-only after sched_start.
extern struct traceback traceback;

// traceback_init reads the environment and says on stderr what it does not understand.
void traceback_init(void);

// traceback_parse sets *out to what text says; false: it says nothing known, and *out is left alone.
bool traceback_parse(const char *text, struct traceback *out);

#endif
