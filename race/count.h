// SPDX-License-Identifier: Apache-2.0
// count.h: -race-stats=run: which share of a program's accesses ran without checks, while a single goroutine lived.
#ifndef CRUN_RACE_COUNT_H
#define CRUN_RACE_COUNT_H

struct text;

// count_note adds a line about it to what is said at the end; nothing if no code of the program counts.
void count_note(struct text *t);

#endif
