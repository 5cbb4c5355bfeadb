// SPDX-License-Identifier: Apache-2.0
// defer.h: races found while a syncvar's lock is held are told after it is released.
//
// An atomic read-modify-write must be checked and done as one step with its clocks, so its access
// check runs under the syncvar's lock. report_race must not: it symbolizes, writes, and locks the
// tables of the heap, whose owner may be waiting for this very syncvar.
#ifndef CRUN_RACE_DEFER_H
#define CRUN_RACE_DEFER_H

#include "access.h"

// A defer lies on the user's stack; what it holds does not.
struct deferred {
  struct deferred *next;
  struct race_report report;
};

struct defer {
  struct deferred *first, *last;  // in the order in which they were found; nil: none
};

// race_found is what an access check calls for every race: it tells REPORT now, or keeps it between
// defer_begin and defer_end.
void race_found(const struct race_report *r);

// Between defer_begin and defer_end what this thread finds is added to d, which starts empty;
// defer_tell reports it. Not nested.
void defer_begin(struct defer *d);
void defer_end(void);
void defer_tell(struct defer *d);

#endif
