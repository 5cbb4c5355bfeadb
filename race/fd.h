// SPDX-License-Identifier: Apache-2.0
// fd.h: the sync objects of what is behind descriptors: who wrote comes before who reads (race.h, race_fd_release).
#ifndef CRUN_RACE_FD_H
#define CRUN_RACE_FD_H

#include <stdint.h>

// fd_timer_release releases what a read of the timer tells of: a timerfd is about to be set.
void fd_timer_release(void);

// An epoll hands the data of a descriptor's entry to who waits: fd_watch_release comes before the entry of `fd` is made or
// changed, fd_watch_acquire after an event of `data`. ready: the event says that something can be read, or that the end came.
void fd_watch_release(int fd, uint64_t data);
void fd_watch_acquire(uint64_t data, int ready);

// fd_passes: the caller is about to move bytes of `from` to `to`, later ones too perhaps: who reads `to` from now on knows
// what who reads `from` would.
void fd_passes(int from, int to);

// The messages of System V have numbers of their own.
void fd_number_release(int number);
void fd_number_acquire(int number);

#endif
