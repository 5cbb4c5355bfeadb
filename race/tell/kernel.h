// SPDX-License-Identifier: Apache-2.0
// kernel.h: the calls by which we ourselves write, wait and map memory. Those named as libc's may be the
// program's own, or the runtime's, under which a goroutine parks: nobody parks within a report.
#ifndef CRUN_RACE_KERNEL_H
#define CRUN_RACE_KERNEL_H

#include <poll.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline ssize_t kernel_write(int fd, const void *p, size_t n) { return syscall(SYS_write, fd, p, n); }

static inline void kernel_sleep(const struct timespec *t) { syscall(SYS_nanosleep, t, NULL); }

static inline int kernel_poll(struct pollfd *p, nfds_t n) { return (int)syscall(SYS_ppoll, p, n, NULL, NULL, 0); }

// kernel_map returns n zeroed bytes; without memory it ends the process, with a word.
static inline void *kernel_map(size_t n) {
  static const char word[] = "fatal error: crun: out of memory for a report\n";
  void *p = (void *)syscall(SYS_mmap, NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p != MAP_FAILED) return p;
  if (kernel_write(STDERR_FILENO, word, sizeof word - 1) < 0) _exit(2);
  _exit(2);
}

static inline void kernel_unmap(void *p, size_t n) { syscall(SYS_munmap, p, n); }

#endif
