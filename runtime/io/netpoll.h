// SPDX-License-Identifier: Apache-2.0
// netpoll.h: goroutines that wait until a descriptor can be read or written.
//
// A descriptor's place in the table is its number, and it stays there for ever: nothing is made or freed
// when files are opened and closed. Who waits does this, in any number and on either side:
//
//     uint32_t seen = netpoll_events(d, NETPOLL_IN);
//     r = read, without blocking
//     if (r == -EAGAIN) netpoll_wait(d, fd, NETPOLL_IN, seen, deadline), and again
//
// The poller counts what happens on each side. An event after `seen` was noted, whether for us or for the
// file that had the number before, makes the wait return: too often does no harm, too rarely cannot be.
#ifndef CRUN_NETPOLL_H
#define CRUN_NETPOLL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/lock.h"

struct g;

enum netpoll_side { NETPOLL_IN, NETPOLL_OUT };

struct netpoll_waiter;

struct netpoll_desc {
  struct lock lock;
  _Atomic bool known;              // the file is in the epoll set, for sure: net.c's own files only
  struct netpoll_side_state {
    _Atomic uint32_t events;       // written under lock
    struct netpoll_waiter *first;  // under lock
    _Atomic int64_t deadline_ns;   // net.c; 0: none
  } side[2];
  _Atomic uint64_t handle;         // net.c: generation, references, whether it is open
};

// A goroutine waits for one or more sides; each has a waiter, in the goroutine's frame.
struct netpoll_waiter {
  struct netpoll_desc *d;          // nil: not in the table, and so never ready
  int fd;
  enum netpoll_side side;
  uint32_t seen;
  struct netpoll_wait *wait;
  struct netpoll_waiter *next, **link;  // under d->lock
};

// netpoll_desc is the place of fd; nil if it is negative or beyond the table, or memory is out.
struct netpoll_desc *netpoll_desc(int fd);

static inline uint32_t netpoll_events(const struct netpoll_desc *d, enum netpoll_side side) {
  return load_acq(&d->side[side].events);  // A1
}

// netpoll_wait_any parks the goroutine until something happened on one of the n sides since it was
// seen, or until when_ns (INT64_MAX: no limit). It returns 0: look again; -ETIMEDOUT; or another negative
// error number: the file cannot be waited for (-EPERM: a regular one), and nothing was waited for.
int netpoll_wait_any(struct netpoll_waiter *w, unsigned n, int64_t when_ns);

// netpoll_wait is netpoll_wait_any for one side.
int netpoll_wait(struct netpoll_desc *d, int fd, enum netpoll_side side, uint32_t seen, int64_t when_ns);

// netpoll_wake makes everybody who waits on a side of d look again.
void netpoll_wake(struct netpoll_desc *d, enum netpoll_side side);

// ---- for the scheduler ---------------------------------------------------------------------------

// netpoll_waiters is how many goroutines wait for a descriptor.
uint32_t netpoll_waiters(void);

// netpoll_sleepers is how many Ms block in the poller.
uint32_t netpoll_sleepers(void);

// netpoll_unwatched: some do, and no M blocks in the poller.
bool netpoll_unwatched(void);

// netpoll returns the goroutines that became ready, linked by schedlink. It blocks until when_ns at most:
// 0 not at all, INT64_MAX until there is one. If another M blocks already it returns nil at once.
struct g *netpoll(int64_t when_ns);

// netpoll_late: nobody has looked for 10 ms though somebody waits.
bool netpoll_late(int64_t now);

// netpoll_forget: the child of a fork has a poller of its own, with nothing in it.
void netpoll_forget(void);

#endif
