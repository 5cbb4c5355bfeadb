// SPDX-License-Identifier: Apache-2.0
// batch.h: accesses that compiled loops put down, to be checked many at a time.
//
// A loop in which nothing orders goroutines (instrument/deferred.cpp) writes its accesses to an array of its thread
// (abi.inc has the form). They are checked before anything can happen that their checks must not see: before the loop's
// function goes on, before a signal handler runs, before the process ends.
//
// Invariant: where a thread is not in such a loop, all of its array is zero.
#ifndef CRUN_RACE_BATCH_H
#define CRUN_RACE_BATCH_H

#include <stdint.h>

// batch_flush checks what this thread has put down so far. An access of which only the first word is there is left
// out and returned, with its place: it has not happened yet. batch_restore puts it back.
struct batch_half {
  unsigned place;
  uint64_t what;  // 0: there was none
};
struct batch_half batch_flush(void);
void batch_restore(struct batch_half half);

void batch_init(void);

// batch_all_checked checks what this thread has put down, and waits a little for the others: for the end of the process.
void batch_all_checked(void);

#endif
