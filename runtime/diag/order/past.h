// SPDX-License-Identifier: Apache-2.0
// past.h: what must have happened before, as the lock-order watch sees it: by every edge but those of locks.
//
// A lock that happened to be free first orders nothing for certain; a start, a join or a message does. So
// these clocks are apart from the detector's. Only goroutines that held one lock while they asked for another
// have a line in them, so in a program that nests no locks every past is nil and costs a comparison.
//
// An object (a channel, a waitgroup) has one past, that only grows, under its address. That is more order than
// there is: what it hides is a prediction, never the other way.
//
// Beside it goes a count, as of Lamport's clock, for what lockwait.h asks; that all goroutines have which lock.
//
// Rejected: the detector's own clocks without the edges of mutexes (each of its epochs would be kept twice, and
// plain programs have none).
#ifndef CRUN_DIAG_PAST_H
#define CRUN_DIAG_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A moment is a time on the line of one goroutine.
struct moment {
  uint32_t line, time;
};

// A past is immutable and counted. Nil: nothing is known.
struct past {
  _Atomic uint32_t refs;
  uint32_t n;
  struct moment at[];  // one a line, ascending: that time, and all before it on the line
};

struct past *past_keep(struct past *p);
void past_drop(struct past *p);

bool past_has(const struct past *p, struct moment m);

// past_join returns what a and b know together, and takes over the reference to a.
struct past *past_join(struct past *a, struct past *b);

// past_add returns p and m, and takes over the reference to p.
struct past *past_add(struct past *p, struct moment m);

// past_release makes p, and the count, known to whoever acquires object later. past_acquire returns mine and what
// object knows, takes over the reference to mine, and raises *count.
void past_release(const void *object, struct past *p, uint64_t count);
struct past *past_acquire(const void *object, struct past *mine, uint64_t *count);

// past_forget drops object: its memory is given back.
void past_forget(const void *object);

#endif
