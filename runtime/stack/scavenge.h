// SPDX-License-Identifier: Apache-2.0
// scavenge.h: memory that stacks do not need goes back to the kernel.
#ifndef CRUN_SCAVENGE_H
#define CRUN_SCAVENGE_H

#include "sched/g.h"

// scavenge_step does a little, by sysmon's thread at each of its looks. idle: nothing has run for a while, and
// true is returned until all stacks have been looked at since.
bool scavenge_step(int64_t now, bool idle);

// scavenge_wait waits while gp's stack is being trimmed.
void scavenge_wait(struct g *gp);

// scavenge_forget: in the child of a fork nobody trims, or reads stacks for a dump or a report.
void scavenge_forget(void);

#endif
