// SPDX-License-Identifier: Apache-2.0
// posix_select.c: select(2) on a goroutine, by way of poll; epoll_wait(2).
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "base/sys.h"
#include "crun/time.h"
#include "io/posix.h"
#include "time/ticker.h"

enum { FEW = 32 };

static bool wants(const fd_set *s, int fd) { return s && FD_ISSET(fd, s); }

// gather lists what is asked for in p, if that is not nil, and returns how many descriptors these are.
static nfds_t gather(int n, const fd_set *in, const fd_set *out, struct pollfd *p) {
  nfds_t k = 0;
  for (int fd = 0; fd < n; fd++) {
    short events = (short)((wants(in, fd) ? POLLIN : 0) | (wants(out, fd) ? POLLOUT : 0));
    if (!events) continue;
    if (p) p[k] = (struct pollfd){.fd = fd, .events = events};
    k++;
  }
  return k;
}

// keep leaves fd in s if it was asked for and is ready. It returns 1 then.
static int keep(fd_set *s, int fd, bool ready) {
  if (!wants(s, fd)) return 0;
  if (!ready) FD_CLR(fd, s);
  return ready;
}

static int spread(const struct pollfd *p, nfds_t k, fd_set *in, fd_set *out) {
  int ready = 0;
  for (nfds_t i = 0; i < k; i++) {
    ready += keep(in, p[i].fd, p[i].revents & (POLLIN | POLLHUP | POLLERR));
    ready += keep(out, p[i].fd, p[i].revents & (POLLOUT | POLLERR));
  }
  return ready;
}

static bool any_invalid(const struct pollfd *p, nfds_t k) {
  for (nfds_t i = 0; i < k; i++)
    if (p[i].revents & POLLNVAL) return true;
  return false;
}

// wait_in waits with p, which has room for the k descriptors.
static long wait_in(int n, fd_set *in, fd_set *out, struct pollfd *p, nfds_t k, int64_t when_ns) {
  gather(n, in, out, p);
  long r = posix_poll(p, k, when_ns);
  if (r < 0) return r;
  return any_invalid(p, k) ? -EBADF : spread(p, k, in, out);
}

static long wait_for(int n, fd_set *in, fd_set *out, int64_t when_ns) {
  nfds_t k = gather(n, in, out, NULL);
  struct pollfd few[FEW], *p = few;
  race_hide_begin();
  if (k > FEW) p = malloc(k * sizeof *p);
  race_hide_end();
  long r = p ? wait_in(n, in, out, p, k, when_ns) : -ENOMEM;
  race_hide_begin();
  if (p != few) free(p);
  race_hide_end();
  return r;
}

// ns_of is at most the longest time; 0: there is none, or it is not valid.
static int64_t ns_of(const struct timeval *t) {
  if (!t) return INT64_MAX;
  if (t->tv_sec < 0 || t->tv_usec < 0) return 0;
  return t->tv_sec < INT32_MAX ? t->tv_sec * CR_SECOND + t->tv_usec * CR_MICROSECOND : INT64_MAX;
}

// Linux stores what is left of the time.
static void store_left(struct timeval *t, int64_t when_ns) {
  if (!t) return;
  int64_t left = when_ns - nanotime();
  if (left < 0) left = 0;
  *t = (struct timeval){left / CR_SECOND, left % CR_SECOND / CR_MICROSECOND};
}

// What is exceptional the poller does not wait for.
POSIX int select(int n, fd_set *in, fd_set *out, fd_set *odd, struct timeval *t) {
  int64_t ns = ns_of(t);
  if (!posix_parks() || odd || n < 0 || n > FD_SETSIZE || ns <= 0) return LIBC(select)(n, in, out, odd, t);
  int64_t when_ns = t ? after_ns(ns) : INT64_MAX;
  long r = wait_for(n, in, out, when_ns);
  if (r == -EPERM) return LIBC(select)(n, in, out, odd, t);
  store_left(t, when_ns);
  return (int)posix_result(r);
}

// ---- epoll_wait ----------------------------------------------------------------------------------------

// events_of waits until when_ns for events of the set fd, which is a descriptor that can be waited for itself. -EPERM: it
// cannot, and the plain call is to be made.
static long events_of(int fd, struct epoll_event *events, int n, int64_t when_ns) {
  struct netpoll_desc *d = netpoll_desc(fd);
  if (!d) return -EPERM;
  for (bool late = false;;) {
    uint32_t seen = netpoll_events(d, NETPOLL_IN);
    long r = sys(SYS_epoll_wait, fd, events, n, 0);
    if (r != 0 || late) return r;
    rt_enter();
    r = netpoll_wait(d, fd, NETPOLL_IN, seen, when_ns);
    rt_exit();
    late = r == -ETIMEDOUT;
    if (r < 0 && !late) return -EPERM;
  }
}

POSIX int epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms) {
  if (!posix_parks() || timeout_ms == 0) return LIBC(epoll_wait)(fd, events, n, timeout_ms);
  long r = events_of(fd, events, n, timeout_ms < 0 ? INT64_MAX : after_ns(timeout_ms * CR_MILLISECOND));
  return r == -EPERM ? LIBC(epoll_wait)(fd, events, n, timeout_ms) : (int)posix_result(r);
}
