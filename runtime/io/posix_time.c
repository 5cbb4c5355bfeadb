// SPDX-License-Identifier: Apache-2.0
// posix_time.c: poll, and sleeping, on a goroutine.
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"
#include "crun/time.h"
#include "io/posix.h"
#include "time/ticker.h"

// ---- sleeping ------------------------------------------------------------------------------------

POSIX unsigned sleep(unsigned s) {
  if (!posix_parks()) return LIBC(sleep)(s);
  cr_sleep(s * CR_SECOND);
  return 0;
}

POSIX int usleep(useconds_t us) {
  if (!posix_parks()) return LIBC(usleep)(us);
  cr_sleep(us * CR_MICROSECOND);
  return 0;
}

// ns_of is t in nanoseconds, at most the longest time; negative: it is not valid.
static int64_t ns_of(const struct timespec *t) {
  if (t->tv_sec < 0 || t->tv_nsec < 0 || t->tv_nsec > 999999999) return -1;
  return t->tv_sec < INT64_MAX / CR_SECOND ? t->tv_sec * CR_SECOND + t->tv_nsec : INT64_MAX;
}

POSIX int nanosleep(const struct timespec *t, struct timespec *left) {
  if (!posix_parks()) return LIBC(nanosleep)(t, left);
  if (ns_of(t) < 0) return (int)posix_result(-EINVAL);
  cr_sleep(ns_of(t));
  return 0;
}

// Other clocks than the scheduler's can be set; they are left to the thread.
POSIX int clock_nanosleep(clockid_t clock, int flags, const struct timespec *t, struct timespec *left) {
  bool absolute = flags & TIMER_ABSTIME, known = clock == CLOCK_MONOTONIC || (clock == CLOCK_REALTIME && !absolute);
  if (!posix_parks() || !known) return LIBC(clock_nanosleep)(clock, flags, t, left);
  int64_t ns = ns_of(t);
  if (ns < 0) return EINVAL;
  cr_sleep(absolute ? ns - nanotime() : ns);
  return 0;
}

// ---- poll ----------------------------------------------------------------------------------------

enum { POLL_LOCAL = 16 };

static unsigned watch(struct netpoll_waiter *w, const struct pollfd *p, nfds_t n) {
  unsigned k = 0;
  for (nfds_t i = 0; i < n; i++) {
    if (p[i].fd < 0) continue;
    for (int side = 0; side < 2; side++) {
      if (side == NETPOLL_OUT && !(p[i].events & (POLLOUT | POLLWRNORM))) continue;
      w[k] = (struct netpoll_waiter){.d = netpoll_desc(p[i].fd), .fd = p[i].fd, .side = side};
      if (w[k].d) w[k].seen = netpoll_events(w[k].d, side);
      k++;
    }
  }
  return k;
}

static long look(struct pollfd *p, nfds_t n) {
  struct timespec none = {0};
  return sys(SYS_ppoll, p, n, &none);
}

// wait_for_one returns the number of what is ready, or a negative error number, or -EPERM for what the
// poller cannot wait for.
static long wait_for_one(struct netpoll_waiter *w, struct pollfd *p, nfds_t n, int64_t when_ns) {
  for (;;) {
    unsigned k = watch(w, p, n);
    long r = look(p, n);
    if (r != 0) return r;
    for (unsigned i = 0; i < k; i++)
      if (!w[i].d) return -EPERM;
    rt_enter();
    r = netpoll_wait_any(w, k, when_ns);
    rt_exit();
    if (r == -ETIMEDOUT) return look(p, n);
    if (r < 0) return -EPERM;
  }
}

long posix_poll(struct pollfd *p, nfds_t n, int64_t when_ns) {
  long r = look(p, n);
  if (r != 0) return r;
  struct netpoll_waiter local[2 * POLL_LOCAL], *w = local;
  race_hide_begin();
  if (n > POLL_LOCAL) w = malloc(2 * n * sizeof *w);
  race_hide_end();
  r = w ? wait_for_one(w, p, n, when_ns) : -ENOMEM;
  race_hide_begin();
  if (w != local) free(w);
  race_hide_end();
  return r;
}

POSIX int poll(struct pollfd *p, nfds_t n, int timeout_ms) {
  if (!posix_parks() || timeout_ms == 0) return LIBC(poll)(p, n, timeout_ms);
  long r = posix_poll(p, n, timeout_ms < 0 ? INT64_MAX : after_ns(timeout_ms * CR_MILLISECOND));
  return r == -EPERM ? LIBC(poll)(p, n, timeout_ms) : (int)posix_result(r);
}

// A mask of signals is the thread's, so what brings one is left to the thread.
POSIX int ppoll(struct pollfd *p, nfds_t n, const struct timespec *t, const sigset_t *mask) {
  int64_t ns = t ? ns_of(t) : INT64_MAX;
  if (!posix_parks() || mask || ns <= 0) return LIBC(ppoll)(p, n, t, mask);
  long r = posix_poll(p, n, t ? after_ns(ns) : INT64_MAX);
  return r == -EPERM ? LIBC(ppoll)(p, n, t, mask) : (int)posix_result(r);
}

int __poll_chk(struct pollfd *p, nfds_t n, int timeout_ms, size_t room);
_Noreturn void __chk_fail(void);
POSIX int __poll_chk(struct pollfd *p, nfds_t n, int timeout_ms, size_t room) {
  if (room / sizeof *p < n) __chk_fail();
  return poll(p, n, timeout_ms);
}
