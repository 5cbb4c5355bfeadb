// SPDX-License-Identifier: Apache-2.0
// limit.h: CRUNRACE=memory_limit_mb=N: what the detector gives up, and in which order, to stay within N megabytes of its own.
//
//   1. locks    sets of held locks are no longer remembered: reports of later accesses do not name them
//   2. stacks   contexts that are new are the access's own place, without its callers
//   3. history  the memory's memory of whole pages is dropped, in turn, until three quarters of N are in use: a race
//               with an access there that came before is missed; none is invented
//
// Looked at after a scan, and scans come more often near the limit: what cannot be given up (the goroutines themselves,
// what a single epoch touches) can exceed it.
#ifndef CRUN_RACE_LIMIT_H
#define CRUN_RACE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

enum limit_stage { LIMIT_NONE, LIMIT_LOCKS, LIMIT_STACKS, LIMIT_HISTORY };

// limit_set sets the limit, 0: none.
void limit_set(size_t mb);

// limit_is_due: a scan may be needed to stay within.
bool limit_is_due(void);

// limit_keep gives up what must be given up, after a scan. scan_lock is held.
void limit_keep(void);

enum limit_stage limit_stage(void);
uint64_t limit_dropped(void);  // pages of 2 KB whose history was dropped
size_t limit_used(void);       // bytes

// limit_note writes one line on what was given up, nothing if nothing was.
void limit_note(struct text *t);

#endif
