// SPDX-License-Identifier: Apache-2.0
// defer.h: races found while a syncvar's lock is held are told after it is released.
//
// An atomic read-modify-write must be checked and done as one step with its clocks, so its access
// check runs under the syncvar's lock. report_race must not: it symbolizes, writes, and locks the
// tables of the heap, whose owner may be waiting for this very syncvar.
#ifndef CRUN_RACE_DEFER_H
#define CRUN_RACE_DEFER_H

#include "access.h"

enum { DEFER_MAX = 8 };  // races of one access of at most 16 bytes; further ones are of the same words

struct defer {
  unsigned n;
  struct race_report report[DEFER_MAX];
};

// race_found is what an access check calls for every race: it tells REPORT now, or keeps it between
// defer_begin and defer_end.
void race_found(const struct race_report *r);

// Between defer_begin and defer_end what this thread finds is added to d, which starts with n = 0;
// defer_tell reports it. Not nested.
void defer_begin(struct defer *d);
void defer_end(void);
void defer_tell(struct defer *d);

#endif
