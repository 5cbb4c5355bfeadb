// SPDX-License-Identifier: Apache-2.0
// thread.h: what pthread.c needs to know of the thread that runs.
#ifndef CRUN_RACE_THREAD_H
#define CRUN_RACE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// thread_init makes the key whose destructor sees threads end.
void thread_init(void);

// thread_number returns a name for one more line of execution that is no goroutine.
uint64_t thread_number(void);

// thread_tid is gettid, remembered.
pid_t thread_tid(void);

// thread_is tells whether tid is this thread's, or was before a fork.
bool thread_is(pid_t tid);

// thread_holds and thread_drops keep the list of robust mutexes that this thread holds: its end
// releases them.
void thread_holds(pthread_mutex_t *m);
void thread_drops(pthread_mutex_t *m);

// thread_lock and thread_unlock bracket fork; thread_forked mends the child.
void thread_lock(void);
void thread_unlock(void);
void thread_forked(void);

// thread_records is the number of threads not yet joined, or detached and running, for tests.
size_t thread_records(void);

#endif
