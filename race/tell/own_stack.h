// SPDX-License-Identifier: Apache-2.0
// own_stack.h: reports are made on a stack of their own: libdw needs 150 KB, and where a race is found may be
// deep in a goroutine, on a signal stack, or on a main stack of 128 KB.
#ifndef CRUN_RACE_OWN_STACK_H
#define CRUN_RACE_OWN_STACK_H

// on_own_stack calls fn(arg) there; one at a time, under the caller's lock. Without memory for it fn runs
// where we are.
void on_own_stack(void (*fn)(void *arg), void *arg);

#endif
