// SPDX-License-Identifier: Apache-2.0
// dump.h: how the process ends when it must, and the traces that are printed then.
#ifndef CRUN_DIAG_DUMP_H
#define CRUN_DIAG_DUMP_H

#include "sched/g.h"

// fatal prints "fatal error: <message>" with all traces and ends the process with exit code 2.
_Noreturn void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// die_panicking is fatal for panics that nobody recovers; text is theirs.
_Noreturn void die_panicking(const char *text);

// deadlock is fatal for the case that nobody can go on.
_Noreturn void deadlock(void);

// dump_begin makes this thread the only one that prints; it never returns on a second one.
void dump_begin(void);

// dump_claim makes this thread the one that prints, whoever has the lock of the list of goroutines: in a copy of
// the process that was made for it, in which nobody is there to give it back, or when nobody may wait for it.
void dump_claim(void);

// dump_end ends the process after its dump: exit code 2, or a core if CRUNTRACEBACK=crash asks for one.
// dump_end_by ends it by sig.
_Noreturn void dump_end(void);
_Noreturn void dump_end_by(int sig);

// dump_progress is called for each goroutine that was printed.
void dump_progress(void);

// dump_is_mine tells whether this thread is the one that prints.
bool dump_is_mine(void);

// dump_signalled prints the goroutine that a signal stopped (nil: the scheduler's stack), from the
// signal's ucontext_t on.
void dump_signalled(struct g *gp, void *context);

// asleep_record writes the record of the deadlock that ends the process; goroutines are frozen.
void asleep_record(void);

// wait_reason_text is Go's word for why a goroutine is parked.
const char *wait_reason_text(enum wait_reason why);

// dump_others prints all other goroutines.
void dump_others(struct g *not_this);

// crash_init installs the handlers of fatal signals; crash_thread_init gives a thread its signal stack, and
// crash_thread_end takes it away.
void crash_init(void);
void crash_thread_init(void);
void crash_thread_end(void);

#endif
