// SPDX-License-Identifier: Apache-2.0
// scan.h: finds out which epoch ids the shadow still holds, and gives the others back.
#ifndef CRUN_RACE_SCAN_H
#define CRUN_RACE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// scan_if_due goes on with a scan, by a piece, if enough epochs were handed out, or lines of execution have ended, since
// the last one and no other thread does.
// The caller holds no lock of race/.
void scan_if_due(void);

// scan_now scans, after one that is under way.
void scan_now(void);

uint64_t scan_count(void);
bool scan_is_under_way(void);  // for tests

// Around fork.
void scan_lock_all(void);
void scan_unlock_all(void);

#endif
