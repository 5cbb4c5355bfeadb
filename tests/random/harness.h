// SPDX-License-Identifier: Apache-2.0
// harness.h is what a generated program calls: turns that nobody but the machine sees, and the names of its objects.
//
// The calls are into a file that the plugin does not see. What must not look like a call to the optimizer (a value
// that it cannot know, a load that it cannot leave out) is here.
#ifndef TESTS_RANDOM_HARNESS_H
#define TESTS_RANDOM_HARNESS_H

#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// turn waits until n turns have ended in all; next ends one.
void turn(int n);
void next(void);

// scenario begins number n; actor says which of its actors runs here.
void scenario(int n);
void actor(int number);

// object names [p, p+n) and forgets what was there before; handle names a channel or waitgroup, whose bytes are one.
void object(int number, void *p, size_t n);
void handle(int number, const void *p);
void forget(void *p, size_t n);

// thread runs fn in a thread that nobody joins.
void thread(void (*fn)(void *));

// place remembers a pointer, in the scenario that runs, and hands it to whoever asks.
void place(int number, void *p);
void *placed(int number);

// sink takes the sum of what an actor read.
void sink(unsigned long sum);

// races_found returns how many there were since the scenario began, and *r the first of them; forget_races: none.
struct race_found {
  int scenario, object, actor[2];
  uintptr_t byte;
};
int races_found(const struct race_found **r);
void forget_races(void);

// named names [p, p+n) and forgets nothing; as one it is one byte.
void named(int number, const void *p, size_t n, bool as_one);

// results prints the races as lines "scenario object byte actor actor".
int results(void);

// there copies what is at p without anybody seeing it, and now_in returns it as a value.
void there(const void *p, void *to, size_t size);

unsigned long now_in(const void *p, size_t size);

// hide returns v, and the optimizer does not know that.
#define hide(v)                      \
  ({                                 \
    long hidden_ = (v);              \
    __asm__("" : "+r"(hidden_));     \
    hidden_;                         \
  })

#define NOINLINE __attribute__((noinline))

#endif
