// SPDX-License-Identifier: Apache-2.0
// tell.h: who tells now, what was told, and how the process ends because of it: for races and all else.
#ifndef CRUN_RACE_TELL_H
#define CRUN_RACE_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "race/report.h"

struct text;

// What the detector, if it is there, wants to be asked. It is above this and says so itself.
struct tell_detector {
  void (*hide)(void), (*unhide)(void);  // around everything here: what libdw does is not checked
  void (*at_end)(void);                 // before findings are counted for the last time
  void (*note)(struct text *t);         // adds a line to the closing ones; nil: never
  void (*libdw_begin)(void), (*libdw_end)(void);  // around each use of libdw, by whomever; nil: nothing is wanted
};

// tell_init reads the options and prepares the end of the process, once. Without a detector a constructor
// calls it, before all others; the detector calls it earlier still.
void tell_init(const struct tell_detector *d);

// tell_libdw_begin and tell_libdw_end are for the symbolizer: they ask the detector.
void tell_libdw_begin(void);
void tell_libdw_end(void);

// tell_begin makes this thread the one that tells, until tell_end. The lock is above all of race/: nothing
// of race/ is held when a finding is told.
void tell_begin(void);
void tell_end(void);

// tell_is_new tells whether this id is told for the first time. Between tell_begin and tell_end.
bool tell_is_new(const char *id);

// Kinds of findings as they are counted: those of report.h, and races.
enum { TOLD_RACE = REPORT_MISUSE + 1, TOLD_KINDS };

// tell_count counts a finding; told is how many of a kind there were.
void tell_count(int kind);
size_t told(int kind);

// tell_halt ends the process if the user wants it to end with its first finding, and there is one.
void tell_halt(void);

#endif
