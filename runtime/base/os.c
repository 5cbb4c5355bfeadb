// SPDX-License-Identifier: Apache-2.0
// os.c: kernel calls of os.h.
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/quota.h"
#include "base/sys.h"

int64_t nanotime(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t os_cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout_ns) {
  int saved = errno;
  struct timespec t = {timeout_ns / 1000000000, timeout_ns % 1000000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout_ns < 0 ? NULL : &t, NULL, 0);
  errno = saved;
}

void futex_wake(_Atomic uint32_t *word, int n) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
  errno = saved;
}

bool os_barrier_init(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

bool os_barrier(void) {
  int saved = errno;
  bool passed = syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
  errno = saved;
  return passed;
}

int os_procs(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
  int quota = quota_procs("/sys/fs/cgroup", "/proc/self/cgroup");
  if (quota && quota < n) n = quota;
  return n > 0 ? n : 1;
}

int os_tid(void) { return (int)syscall(SYS_gettid); }

// thread_cpu_ns is what thread tid has computed; -1: it is gone. clockid_t is made as pthread_getcpuclockid makes it.
static int64_t thread_cpu_ns(int tid) {
  enum { PER_THREAD = 4, SCHED = 2 };
  struct timespec t;
  if (clock_gettime((clockid_t)(~(unsigned)tid << 3 | PER_THREAD | SCHED), &t) != 0) return -1;
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// stood_still: tid has computed nothing since the last call, of *cpu_ns.
static bool stood_still(int tid, int64_t *cpu_ns) {
  int64_t now = thread_cpu_ns(tid);
  bool still = now >= 0 && now == *cpu_ns;
  *cpu_ns = now;
  return still;
}

bool os_thread_sleeps(int tid, int64_t *cpu_ns) {
  char path[48], buf[256];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return (errno == EMFILE || errno == ENFILE) && stood_still(tid, cpu_ns);
  long n = sys(SYS_read, fd, buf, sizeof buf - 1);
  sys(SYS_close, fd);
  if (n <= 0) return false;
  buf[n] = 0;
  const char *paren = strrchr(buf, ')');  // "tid (name) state ..."
  return paren && paren[1] == ' ' && (paren[2] == 'S' || paren[2] == 'D');
}

void os_sigmask_get(sigset_t *mask) { pthread_sigmask(SIG_SETMASK, NULL, mask); }
void os_sigmask_set(const sigset_t *mask) { pthread_sigmask(SIG_SETMASK, mask, NULL); }

int os_threads(void) {
  struct stat st;
  return stat("/proc/self/task", &st) == 0 ? (int)st.st_nlink - 2 : -1;  // a folder's links: each thread, itself, "."
}

uint32_t cheaprand(void) {
  static _Thread_local uint64_t state;
  if (!state) state = (uint64_t)nanotime() * 0x9E3779B97F4A7C15ull ^ (uint64_t)(uintptr_t)&state;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 32);
}

void err_write(const char *p, size_t n) {
  while (n > 0) {
    long w = sys(SYS_write, 2, p, n);  // write(2) may be the one that parks
    if (w == -EINTR) continue;
    if (w <= 0) return;
    p += w, n -= (size_t)w;
  }
}

void errf(const char *fmt, ...) {
  char buf[1024];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(buf, sizeof buf, fmt, ap);
  va_end(ap);
  if (n > (int)sizeof buf - 1) n = sizeof buf - 1;
  if (n > 0) err_write(buf, (size_t)n);
}
