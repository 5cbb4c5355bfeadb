// SPDX-License-Identifier: Apache-2.0
// time.h: durations, the clock, and sleeping.
#ifndef CRUN_TIME_H
#define CRUN_TIME_H

#include <stdint.h>

#pragma GCC visibility push(default)

#ifdef __cplusplus
extern "C" {
#endif

// A duration is a number of nanoseconds in an int64_t.
#define CR_NANOSECOND ((int64_t)1)
#define CR_MICROSECOND (1000 * CR_NANOSECOND)
#define CR_MILLISECOND (1000 * CR_MICROSECOND)
#define CR_SECOND (1000 * CR_MILLISECOND)
#define CR_MINUTE (60 * CR_SECOND)
#define CR_HOUR (60 * CR_MINUTE)
#define CR_FOREVER INT64_MAX  // where a time limit is asked for

// cr_nanotime returns the monotonic clock, in nanoseconds since an arbitrary moment.
//   Blocks:  no.
//   Returns: nanoseconds.
//   Memory:  none.
//   Context: any thread.
int64_t cr_nanotime(void);

// cr_sleep pauses the goroutine for at least ns nanoseconds; a value of 0 or less returns at once.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  none; that time has passed orders nothing (as time.Sleep of Go).
//   Context: a goroutine.
void cr_sleep(int64_t ns);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop

#endif
