// SPDX-License-Identifier: Apache-2.0
// judge.h: what raced in an execution that was written down, by the definition alone.
//
// While a program plays, what happens is written down: accesses, and edges through clocks. judge() then goes over it
// from the start. A clock is no vector of counters here but the set of all accesses that it knows of, a bit for each, so
// nothing of the detector's ideas is in it: two accesses race if they touch a byte, one writes, not both are atomic,
// and neither is in the set that the other's actor had when it made its own.
#ifndef TESTS_RANDOM_JUDGE_H
#define TESTS_RANDOM_JUDGE_H

#include <stdbool.h>

enum {
  JUDGE_ACTORS = 64,
  JUDGE_ACCESSES = 1024,
  JUDGE_CLOCKS = 512,
  JUDGE_EVENTS = 8192,
  JUDGE_OBJECTS = 64,
  JUDGE_BYTES = 256,  // of an object
};

enum { JUDGE_WRITE = 1, JUDGE_ATOMIC = 2, JUDGE_MAYBE = 4 };  // MAYBE: it is made only if the timing is so

// judge_begin forgets what was written down. judge_full: there is little room left.
void judge_begin(void);
bool judge_full(void);

void judge_access(int actor, int object, int at, int n, unsigned flags);

// judge_clock returns a new clock that knows of nothing.
int judge_clock(void);

void judge_learn(int actor, int clock);   // the actor knows what the clock knows
void judge_store(int actor, int clock);   // the clock knows what the actor knows, and no more
void judge_merge(int actor, int clock);   // the clock knows what the actor knows, too
void judge_join(int clock, int other);    // the clock knows what the other knows, too
void judge_empty(int clock);

// judge finds the races.
void judge(void);

// Afterwards: whether two actors race on a byte; whether any do, and one of their races is made in any case.
bool judge_races(int object, int byte, int actor, int other);
bool judge_byte_races(int object, int byte);
bool judge_byte_is_sure(int object, int byte);

#endif
