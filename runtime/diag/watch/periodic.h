// SPDX-License-Identifier: Apache-2.0
// periodic.h: what sysmon does every so often because CRUNDEBUG asks for it.
#ifndef CRUN_DIAG_PERIODIC_H
#define CRUN_DIAG_PERIODIC_H

#include <stdint.h>

// periodic_init: from now on, by the settings.
void periodic_init(void);

// periodic_next is when the next thing is due; INT64_MAX: nothing ever is. sysmon does not sleep past it.
int64_t periodic_next(void);

// periodic_run does what is due. sysmon alone calls it.
void periodic_run(int64_t now);

// schedtrace prints a line on the scheduler's state to stderr.
void schedtrace(void);

// schedtrace_line writes that line, with its newline, for ms milliseconds after the start; it returns its length.
int schedtrace_line(char *line, int size, int64_t ms);

// blockwarn tells of goroutines that have been parked for longer than settings.blockwarn.
void blockwarn(void);

#endif
