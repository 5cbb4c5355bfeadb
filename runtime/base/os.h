// SPDX-License-Identifier: Apache-2.0
// os.h: the few calls to the kernel that the scheduler makes.
#ifndef CRUN_BASE_OS_H
#define CRUN_BASE_OS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

// nanotime is CLOCK_MONOTONIC in nanoseconds.
int64_t nanotime(void);

// cpu_ticks counts at a steady rate of about a thousand a microsecond or more, and costs less than half of nanotime.
static inline uint64_t cpu_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return (uint64_t)nanotime();
#endif
}

// os_cpu_ns is the processor time that the process has used.
int64_t os_cpu_ns(void);

// futex_wait sleeps while *word == value, at most timeout_ns (negative: for ever). It may return
// early. Neither call changes errno.
void futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout_ns);
void futex_wake(_Atomic uint32_t *word, int n);

// os_barrier makes every running thread of the process pass a full memory barrier.
// os_barrier_init registers for it. False: the kernel cannot, or nobody has registered.
bool os_barrier_init(void);
bool os_barrier(void);

// os_procs is the number of processors the process may use: affinity and cgroup quota, at least 1.
int os_procs(void);

// os_tid is the kernel's number of this thread.
int os_tid(void);

// os_thread_sleeps tells whether thread tid of this process is blocked in the kernel. Without a descriptor to ask with it
// tells whether the thread has computed nothing since it was asked last: *cpu_ns is its own note of that, 0 at first.
bool os_thread_sleeps(int tid, int64_t *cpu_ns);

// os_sigmask_get and os_sigmask_set read and write the thread's signal mask.
void os_sigmask_get(sigset_t *mask);
void os_sigmask_set(const sigset_t *mask);

// os_threads is the number of threads of this process, or -1.
int os_threads(void);

// cheaprand is a fast random number for choices that need no quality.
uint32_t cheaprand(void);

// err_write writes n bytes to stderr.
void err_write(const char *p, size_t n);

// errf writes a formatted line to stderr in one write, without stdio's locks.
void errf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
