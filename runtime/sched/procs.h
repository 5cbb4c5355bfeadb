// SPDX-License-Identifier: Apache-2.0
// procs.h: the Ps there are; procs.c has their states.
#ifndef CRUN_PROCS_H
#define CRUN_PROCS_H

#include "sched/g.h"

// procs_init makes the first ones, all idle.
void procs_init(void);

// p_idle_locked puts pp on the idle list, or, if it leaves, to those that are gone. Under sched.lock.
void p_idle_locked(struct p *pp);

// p_empty moves all goroutines of pp, the caller's, to the global queue.
void p_empty(struct p *pp);

#endif
