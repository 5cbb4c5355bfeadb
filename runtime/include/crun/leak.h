// SPDX-License-Identifier: Apache-2.0
// leak.h: goroutines that wait for what nobody can do any more (docs/leaks.md).
//
// A leaked goroutine waits on a channel or a lock that no goroutine which runs, or may run again, can reach, by
// whatever pointers. It keeps its stack, and all that this leads to, until the process ends. To find them, where the
// heap's blocks lie must be known: build with -leak or -race.
#ifndef CRUN_LEAK_H
#define CRUN_LEAK_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

#ifdef __cplusplus
extern "C" {
#endif

// cr_find_leaks looks for leaked goroutines, for which it stops all threads for some milliseconds, and reports
// them as WARNING: LEAK, those of one place together. What was reported before is counted and not reported again.
// With CRUNDEBUG=leakcheck=10s the same is done every 10 seconds, with leaksignal=1 on SIGUSR2.
//   Blocks:  the goroutine, until the search is over.
//   Returns: how many goroutines are leaked; -1 if that cannot be known, and says why on stderr: the program was
//            built without -leak and -race, it is the child of a fork, or a thread could not be stopped.
//   Memory:  none.
//   Context: a goroutine or a foreign thread. System calls of other threads may end with EINTR.
int cr_find_leaks(void);

// cr_root says that [p, p + n) is in use: what it holds, and the block of the heap that p lies in, can be reached, though
// no pointer leads there that is one to a machine: it is in a file, in the kernel, or stored as something else.
// cr_unroot takes one such call with the same p back.
//   Blocks:  no.
//   Returns: nothing; fatal if there is no memory to note it.
//   Memory:  none.
//   Context: any thread.
void cr_root(const void *p, size_t n);
void cr_unroot(const void *p);

// cr_leak_check is a test that may leave no goroutine behind. All-zero before cr_leak_check_begin.
//
//     cr_leak_check check;
//     cr_leak_check_begin(&check);
//     run_the_test();
//     int left = cr_leak_check_end(&check);   // 0: all is well
typedef struct cr_leak_check {
  uint32_t id, outer;  // the runtime's
} cr_leak_check;

// cr_leak_check_begin: from here on the goroutines that this one starts, and those that they start, belong to c.
// Tests that run at the same time do not blame each other. Checks nest: a goroutine belongs to the innermost.
// Goroutines that timers start belong to none.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
void cr_leak_check_begin(cr_leak_check *c);

// cr_leak_check_end waits for the goroutines of c to end: at most a second, and no longer than until all that are
// left are found leaked. It reports those that are stuck then: leaked, or parked on channels and locks while
// no goroutine of c can run. It needs neither -leak nor -race, but knows sooner with them.
//   Blocks:  the goroutine.
//   Returns: how many goroutines of c are stuck. They belong to the check around c from now on.
//   Memory:  none.
//   Context: the goroutine or thread that called cr_leak_check_begin.
int cr_leak_check_end(cr_leak_check *c);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop

#endif
