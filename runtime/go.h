// SPDX-License-Identifier: Apache-2.0
// go.h: making goroutines, for the rest of the scheduler.
#ifndef CRUN_RT_GO_H
#define CRUN_RT_GO_H

#include "g.h"

void go_init(void);

// g_free keeps the stack of an ended goroutine for the next one.
void g_free(struct p *pp, struct g *gp);

// go_func starts fn(arg) from the scheduler's stack: a timer's function. To the detector nobody runs there,
// so what happens before the start is what sync has. pc is what dumps call its creation.
void go_func(void (*fn)(void *arg), void *arg, const void *sync, uint64_t parent_goid, uintptr_t pc);

#endif
