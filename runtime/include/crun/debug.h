// SPDX-License-Identifier: Apache-2.0
// debug.h: panics, dumps, and what the scheduler can tell of itself.
#ifndef CRUN_DEBUG_H
#define CRUN_DEBUG_H

#include <stdint.h>

#pragma GCC visibility push(default)

#ifdef __cplusplus
extern "C" {
#endif

// cr_panic ends the goroutine's scopes, running what was deferred in them, up to the cr_try that recovers
// it (defer.h). With none it ends the process: "panic: " and the formatted message, of which 511 bytes
// are kept, the trace of the running goroutine and those of all others go to stderr (as CRUNTRACEBACK says:
// docs/debugging.md), and the exit code is 2.
//   Blocks:  no.
//   Returns: never.
//   Memory:  none.
//   Context: any thread.
_Noreturn void cr_panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// cr_dump_goroutines writes the trace of every goroutine to stderr, in Go's shape: number, name, what it
// waits for and for how many minutes, its stack, who started it.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any thread.
void cr_dump_goroutines(void);

// cr_goid returns the number of the running goroutine; main is 1. Numbers are not used again.
//   Blocks:  no.
//   Returns: the number.
//   Memory:  none.
//   Context: any thread; a thread that crun did not start gets a number of its own.
uint64_t cr_goid(void);

// cr_set_name names the running goroutine for traces and reports; 31 bytes of it are kept.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: a goroutine.
void cr_set_name(const char *name);

// cr_set_label gives the running goroutine a label, in place of one of the same key; NULL takes it away.
// Goroutines that it starts from now on have it too. Traces and reports show labels.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: a goroutine.
void cr_set_label(const char *key, const char *value);

// cr_get_label reads a label of the running goroutine.
//   Blocks:  no.
//   Returns: the value, NULL if there is none; valid until the goroutine's labels change or it ends.
//   Memory:  none.
//   Context: a goroutine.
const char *cr_get_label(const char *key);

// cr_free_os_memory gives the kernel back at once what it gets back by and by anyway: the stacks of ended
// goroutines, and what parked ones hold of theirs below their frames.
//   Blocks:  the goroutine, never others.
//   Returns: nothing.
//   Memory:  none.
//   Context: any thread.
void cr_free_os_memory(void);

// cr_num_goroutines returns how many goroutines have begun and not ended, main included.
//   Blocks:  no.
//   Returns: the number, of a moment ago.
//   Memory:  none.
//   Context: any thread.
uint64_t cr_num_goroutines(void);

// A cr_stats is what the scheduler counts. What is "since the start" only grows; the rest is of a moment ago,
// each number for itself, so that they need not add up.
//
//     struct cr_stats before, after;
//     cr_read_stats(&before);
//     serve(requests);
//     cr_read_stats(&after);
//     printf("%llu switches\n", (unsigned long long)(after.switches - before.switches));
struct cr_stats {
  uint64_t goroutines;          // begun and not ended, main and threads that have used crun included
  uint64_t created;             // those and all that have ended, since the start
  uint64_t runnable;            // ready to run, waiting for a P
  uint64_t held;                // of which are not begun while so many hogs compute (docs/scheduler.md)
  uint64_t hogs;                // goroutines that compute without a P
  uint64_t switches;            // how often a goroutine began or went on to run, since the start
  uint64_t procs;               // how many goroutines can run at the same time
  uint64_t procs_idle;          // of which have nothing to do
  uint64_t threads;             // of the runtime; sysmon is one
  uint64_t threads_idle;        // of which sleep until there is work
  uint64_t threads_spinning;    // of which look for work
  uint64_t retakes;             // Ps that sysmon took from a goroutine that blocked or computed, since the start
  uint64_t handoffs;            // Ps with goroutines waiting that went to another thread so, or before a blocking
                                // call, since the start
  uint64_t steals;              // goroutines that a P took from another one, since the start
  uint64_t polls;               // looks at the descriptors that goroutines wait for, since the start
  uint64_t pthread_lock_parks;  // waits of goroutines that held a pthread lock, since the start
  uint64_t timers;              // armed: sleeps, timeouts, timers and tickers
  uint64_t stacks;              // made for goroutines, those kept to be used again included
  uint64_t stack_bytes_mapped;  // address space for stacks, of which a parked goroutine's takes 4 KiB of memory or more
};

// cr_read_stats writes them to *out. It costs a look at each P and each gigabyte of stacks.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any thread.
void cr_read_stats(struct cr_stats *out);

// cr_set_maxprocs makes the number of goroutines that run at the same time n, 1 to 1024, and returns what it was;
// 0 only asks. It does not wait: with fewer, a goroutine that runs goes on until its next call that yields or
// waits, and one that computes for 10 ms goes on besides the n, as it would anyway (docs/scheduler.md).
//   Blocks:  no; the goroutine yields.
//   Returns: the former number; -EINVAL for any other n, and nothing is changed.
//   Memory:  none.
//   Context: any thread.
int cr_set_maxprocs(int n);

// cr_maxprocs returns how many goroutines can run at the same time (CRUNMAXPROCS, cr_set_maxprocs).
//   Blocks:  no.
//   Returns: the number.
//   Memory:  none.
//   Context: any thread.
int cr_maxprocs(void);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop

#endif
