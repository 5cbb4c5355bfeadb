// SPDX-License-Identifier: Apache-2.0
// ticker.h: what channels ask of the timers that they belong to.
#ifndef CRUN_RUNTIME_TICKER_H
#define CRUN_RUNTIME_TICKER_H

#include <stdint.h>

struct cr_chan;
struct cr_timer;

// after_ns is the moment ns from now, at most the last one that a timer can wait for.
int64_t after_ns(int64_t ns);

// ticker_poll delivers what is due, though no scheduler has come by to run the timer.
void ticker_poll(struct cr_timer *t);

// ticker_wanted has t delivered by the scheduler, since a receiver is about to park; the channel is locked.
void ticker_wanted(struct cr_timer *t);

// ticker_free gives t back, its channel with it.
void ticker_free(struct cr_timer *t, uintptr_t pc);

#endif
