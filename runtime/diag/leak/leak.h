// SPDX-License-Identifier: Apache-2.0
// leak.h: when leaked goroutines are looked for.
#ifndef CRUN_DIAG_LEAK_H
#define CRUN_DIAG_LEAK_H

// leak_init has leaks looked for at the end of a program that was built with -leak, and on SIGUSR2 if the settings say so.
void leak_init(void);

// leak_check_soon looks for leaks on a thread of its own; leak_if_asked does if the signal came. For sysmon.
void leak_check_soon(void);
void leak_if_asked(void);

#endif
