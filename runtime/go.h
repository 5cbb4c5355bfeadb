// SPDX-License-Identifier: Apache-2.0
// go.h: making goroutines, for the rest of the scheduler.
#ifndef CRUN_RT_GO_H
#define CRUN_RT_GO_H

#include "g.h"

void go_init(void);

// g_free keeps the stack of an ended goroutine for the next one.
void g_free(struct p *pp, struct g *gp);

#endif
