// SPDX-License-Identifier: Apache-2.0
// kernel.h: the calls by which the detector itself writes and waits. Those named as libc's may be the
// program's own or the runtime's, under which a goroutine parks: nobody parks within the detector.
#ifndef CRUN_RACE_KERNEL_H
#define CRUN_RACE_KERNEL_H

#include <poll.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline ssize_t kernel_write(int fd, const void *p, size_t n) { return syscall(SYS_write, fd, p, n); }

static inline void kernel_sleep(const struct timespec *t) { syscall(SYS_nanosleep, t, NULL); }

static inline int kernel_poll(struct pollfd *p, nfds_t n) { return (int)syscall(SYS_ppoll, p, n, NULL, NULL, 0); }

#endif
