// SPDX-License-Identifier: Apache-2.0
// posix.h: what the POSIX calls that park share.
//
// A program that crun links and that uses goroutines gets them in libc's place: each is defined here under
// libc's own name, hidden and weak (runtime/CMakeLists.txt, posix.names). So the program's own objects are
// served; shared libraries keep libc's, for they may hold locks and thread-locals over a call; and a
// program that has a function of that name keeps its own.
//
// Off goroutines (another thread, a scheduler's stack, inside the runtime) each is libc's.
#ifndef CRUN_POSIX_H
#define CRUN_POSIX_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "io/netpoll.h"
#include "sched/sched.h"

#define POSIX __attribute__((visibility("hidden"), weak))

// posix_parks tells whether a call made here can park.
static inline bool posix_parks(void) {
  struct m *mp = getm();
  return mp && mp->curg && !mp->curg->is_thread && !load_rlx(&mp->in_rt);
}

// posix_result is the end of a call: the result, or -1 with errno. Only here is errno touched, after all
// parks.
__attribute__((noinline)) long posix_result(long r);

// posix_wait parks until fd may be ready on side, after an attempt that was begun with `seen` returned -EAGAIN.
// It returns 0: try again; -EAGAIN: the call is to fail so (the descriptor does not block, or its time limit
// has passed); anything else: make the plain call.
int posix_wait(struct netpoll_desc *d, int fd, enum netpoll_side side, uint32_t seen, int64_t limit_ns);

// posix_limit is when a call on fd that begins now is over by SO_RCVTIMEO or SO_SNDTIMEO.
int64_t posix_limit(int fd, enum netpoll_side side);

// posix_ready tells whether fd is ready on side now.
bool posix_ready(int fd, enum netpoll_side side);

// posix_poll is poll until when_ns: the number of what is ready, or a negative error number; -EPERM: something is there
// that the poller cannot wait for, and the plain call is to be made.
long posix_poll(struct pollfd *p, nfds_t n, int64_t when_ns);

// LIBC(name) is libc's function.
void *posix_libc(void **place, const char *name);
#define LIBC(name)                                                      \
  __extension__({                                                       \
    static void *place_;                                                \
    (__typeof__(&name))posix_libc(&place_, #name);                      \
  })

#endif
