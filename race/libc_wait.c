// SPDX-License-Identifier: Apache-2.0
// libc_wait.c: the checked libc functions that wait for events: what they read of the program's and what they tell it.
//
// Who is told that a descriptor has something to read, or has ended, knows of what made it so (fd.c). That there is room
// to write orders nothing.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "fd.h"
#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static void did_result(void *p, size_t n, uintptr_t pc) {
  int error = errno;
  did_write(p, p ? n : 0, pc);
  errno = error;
}

// ---- descriptors --------------------------------------------------------------------------------

// The kernel reads descriptor and events, and stores what came.
static void will_poll(const struct pollfd *p, nfds_t n, uintptr_t pc) {
  for (nfds_t i = 0; i < n; i++) did_read(&p[i], offsetof(struct pollfd, revents), pc);
}
static int polled(struct pollfd *p, nfds_t n, int r, uintptr_t pc) {
  for (nfds_t i = 0; r > 0 && i < n; i++)
    if (p[i].revents & ~POLLOUT) race_fd_acquire(p[i].fd);
  for (nfds_t i = 0; r >= 0 && i < n; i++) did_write(&p[i].revents, sizeof p[i].revents, pc);
  return r;
}

CHECKED int __crun_poll(struct pollfd *p, nfds_t n, int timeout) {
  will_poll(p, n, HERE);
  return polled(p, n, poll(p, n, timeout), HERE);
}
CHECKED int __crun_ppoll(struct pollfd *p, nfds_t n, const struct timespec *timeout, const sigset_t *mask) {
  will_poll(p, n, HERE);
  did_read(timeout, timeout ? sizeof *timeout : 0, HERE);
  did_read(mask, mask ? sizeof(long) : 0, HERE);
  return polled(p, n, ppoll(p, n, timeout, mask), HERE);
}

// Sets are read and stored in words, as far as n descriptors reach.
static void did_sets(fd_set *const set[3], int n, uintptr_t pc) {
  size_t bytes = n > 0 ? ((size_t)n + 63) / 64 * 8 : 0;
  for (int i = 0; i < 3; i++)
    if (set[i]) did_write(set[i], bytes, pc);
}

static int selected(int n, const fd_set *in, const fd_set *odd, int r) {
  for (int fd = 0; r > 0 && fd < n; fd++)
    if ((in && FD_ISSET(fd, in)) || (odd && FD_ISSET(fd, odd))) race_fd_acquire(fd);
  return r;
}

CHECKED int __crun_select(int n, fd_set *in, fd_set *out, fd_set *odd, struct timeval *timeout) {
  did_sets((fd_set *const[]){in, out, odd}, n, HERE);
  did_write(timeout, timeout ? sizeof *timeout : 0, HERE);  // Linux stores what was left
  return selected(n, in, odd, select(n, in, out, odd, timeout));
}
CHECKED int __crun_pselect(int n, fd_set *in, fd_set *out, fd_set *odd, const struct timespec *timeout,
                           const sigset_t *mask) {
  did_sets((fd_set *const[]){in, out, odd}, n, HERE);
  did_read(timeout, timeout ? sizeof *timeout : 0, HERE);
  return selected(n, in, odd, pselect(n, in, out, odd, timeout, mask));
}

static int came(struct epoll_event *events, int r, uintptr_t pc) {
  for (int i = 0; i < r; i++) fd_watch_acquire(events[i].data.u64, (events[i].events & ~(uint32_t)EPOLLOUT) != 0);
  if (r > 0) did_result(events, (size_t)r * sizeof *events, pc);
  return r;
}
CHECKED int __crun_epoll_wait(int fd, struct epoll_event *events, int n, int timeout) {
  return came(events, epoll_wait(fd, events, n, timeout), HERE);
}
CHECKED int __crun_epoll_pwait(int fd, struct epoll_event *events, int n, int timeout, const sigset_t *mask) {
  return came(events, epoll_pwait(fd, events, n, timeout, mask), HERE);
}
CHECKED int __crun_epoll_pwait2(int fd, struct epoll_event *events, int n, const struct timespec *timeout, const sigset_t *mask) {
  did_read(timeout, timeout ? sizeof *timeout : 0, HERE);
  return came(events, epoll_pwait2(fd, events, n, timeout, mask), HERE);
}
CHECKED int __crun_epoll_ctl(int fd, int op, int of, struct epoll_event *event) {
  if (op != EPOLL_CTL_DEL && event) {
    did_read(event, sizeof *event, HERE);
    fd_watch_release(of, event->data.u64);
  }
  return epoll_ctl(fd, op, of, event);
}

CHECKED int __crun_timerfd_settime(int fd, int flags, const struct itimerspec *t, struct itimerspec *old) {
  did_read(t, sizeof *t, HERE);
  fd_timer_release();
  int r = timerfd_settime(fd, flags, t, old);
  if (r == 0) did_result(old, sizeof *old, HERE);
  return r;
}
CHECKED int __crun_timerfd_gettime(int fd, struct itimerspec *t) {
  int r = timerfd_gettime(fd, t);
  if (r == 0) did_result(t, sizeof *t, HERE);
  return r;
}

// ---- time, signals, children --------------------------------------------------------------------

CHECKED int __crun_nanosleep(const struct timespec *t, struct timespec *left) {
  did_read(t, sizeof *t, HERE);
  int r = nanosleep(t, left);
  if (r != 0 && errno == EINTR) did_result(left, sizeof *left, HERE);
  return r;
}
CHECKED int __crun_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t, struct timespec *left) {
  did_read(t, sizeof *t, HERE);
  int r = clock_nanosleep(clock, flags, t, left);
  if (r == EINTR && !(flags & TIMER_ABSTIME)) did_result(left, sizeof *left, HERE);
  return r;
}

CHECKED int __crun_sigwait(const sigset_t *set, int *sig) {
  int r = sigwait(set, sig);
  if (r == 0) did_result(sig, sizeof *sig, HERE);
  return r;
}
CHECKED int __crun_sigwaitinfo(const sigset_t *set, siginfo_t *info) {
  int r = sigwaitinfo(set, info);
  if (r > 0) did_result(info, sizeof *info, HERE);
  return r;
}
CHECKED int __crun_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *t) {
  did_read(t, t ? sizeof *t : 0, HERE);
  int r = sigtimedwait(set, info, t);
  if (r > 0) did_result(info, sizeof *info, HERE);
  return r;
}

CHECKED pid_t __crun_wait(int *status) {
  pid_t r = wait(status);
  if (r > 0) did_result(status, sizeof *status, HERE);
  return r;
}
CHECKED pid_t __crun_waitpid(pid_t pid, int *status, int options) {
  pid_t r = waitpid(pid, status, options);
  if (r > 0) did_result(status, sizeof *status, HERE);
  return r;
}
