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

// results prints the races as lines "scenario object byte actor actor".
int results(void);

// now_in is the value of an atomic, read without anybody seeing it.
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
