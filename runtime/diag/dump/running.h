// SPDX-License-Identifier: Apache-2.0
// running.h: the stacks of goroutines that run on other threads.
#ifndef CRUN_DIAG_RUNNING_H
#define CRUN_DIAG_RUNNING_H

#include "diag/dump/unwind.h"

// running_take interrupts every other thread that runs a goroutine, and has it unwind its own stack. It
// waits at most a second for those that do not answer. It may be called by a signal handler.
void running_take(void);

// running_stack is the stack that gp was taken with; nil: there is none.
struct unwound *running_stack(struct g *gp);

// running_give_back frees what running_take holds.
void running_give_back(void);

#endif
