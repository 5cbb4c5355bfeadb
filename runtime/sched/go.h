// SPDX-License-Identifier: Apache-2.0
// go.h: making goroutines, for the rest of the scheduler.
#ifndef CRUN_RT_GO_H
#define CRUN_RT_GO_H

#include "sched/g.h"

void go_init(void);

// g_free keeps the stack of an ended goroutine for the next one.
void g_free(struct p *pp, struct g *gp);

// go_func starts fn(arg), within the runtime or on a scheduler's stack: a timer's function. What happens
// before the start is what the goroutine that runs did, if one runs, and what sync has. pc is where dumps
// and reports say it was created.
void go_func(void (*fn)(void *arg), void *arg, const void *sync, uint64_t parent_goid, uintptr_t pc);

#endif
