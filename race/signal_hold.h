// SPDX-License-Identifier: Apache-2.0
// signal_hold.h: what the rest of race/ asks of signal.c, beside inside.h.
#ifndef CRUN_RACE_SIGNAL_HOLD_H
#define CRUN_RACE_SIGNAL_HOLD_H

#include "g.h"

// signal_init is called once, in the single thread there is.
void signal_init(void);

// signal_forked mends the child of a fork.
void signal_forked(void);

// signal_thread_begins says that this thread is g from now on, signal_thread_ends that it was the last of it:
// handlers go unchecked then, as all else does.
void signal_thread_begins(race_g *g);
void signal_thread_ends(void);

// Between signal_hold and signal_unhold this thread's signals wait, as they do inside the detector. Nested.
void signal_hold(void);
void signal_unhold(void);

#endif
