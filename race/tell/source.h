// SPDX-License-Identifier: Apache-2.0
// source.h: the line of source that a frame stands for, to show in a report.
#ifndef CRUN_RACE_SOURCE_H
#define CRUN_RACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "output.h"
#include "race/symbolize.h"

enum { SOURCE_BYTES = 160 };  // of a line; more is cut off

// source_line writes f's line without its end; false: there is none to show. The file must be the one that was
// compiled, as far as can be told: not younger than the object it went into. Under the lock of tell.h.
bool source_line(const struct sym_frame *f, char out[SOURCE_BYTES + 1]);

// text_source writes that line and where in it f's column is, if it can be had.
void text_source(struct text *t, const struct sym_frame *f);

#endif
