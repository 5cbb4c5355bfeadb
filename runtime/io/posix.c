// SPDX-License-Identifier: Apache-2.0
// posix.c: read, write and their kin on sockets, pipes and terminals: the goroutine parks, the thread goes on.
//
// A call is tried in a way that does not block (MSG_DONTWAIT, RWF_NOWAIT), whatever the descriptor's own
// mode, which may be shared with other processes and is left alone. Where the kernel has no such way, it is
// asked first whether the descriptor is ready. If it would block, the goroutine waits for the poller, unless
// the descriptor is non-blocking: then the caller wants -EAGAIN. A file that the poller cannot wait for (a
// regular one) gets the plain call.
//
// As in libc a write or send that blocks goes on until all is written. Unlike there a signal's handler does
// not end a wait with EINTR: it runs on some thread, not on the goroutine.
#include "io/posix.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/sys.h"

// ---- what all share ------------------------------------------------------------------------------

long posix_result(long r) {
  if (r >= 0) return r;
  errno = (int)-r;
  return -1;
}

void *posix_libc(void **place, const char *name) {
  void *f = __atomic_load_n(place, __ATOMIC_RELAXED);
  if (f) return f;
  f = dlsym(RTLD_NEXT, name);
  if (!f) throw("the C library lacks a function of POSIX");
  __atomic_store_n(place, f, __ATOMIC_RELAXED);
  return f;
}

bool posix_ready(int fd, enum netpoll_side side) {
  struct pollfd p = {.fd = fd, .events = side == NETPOLL_IN ? POLLIN : POLLOUT};
  struct timespec none = {0};
  return sys(SYS_ppoll, &p, 1, &none) != 0;
}

int64_t posix_limit(int fd, enum netpoll_side side) {
  struct timeval t = {0};
  uint32_t len = sizeof t;
  if (sys(SYS_getsockopt, fd, SOL_SOCKET, side == NETPOLL_IN ? SO_RCVTIMEO : SO_SNDTIMEO, &t, &len) < 0) return INT64_MAX;
  if (t.tv_sec == 0 && t.tv_usec == 0) return INT64_MAX;
  return t.tv_sec < INT64_MAX / 2000000000 ? nanotime() + t.tv_sec * 1000000000 + t.tv_usec * 1000 : INT64_MAX;
}

int posix_wait(struct netpoll_desc *d, int fd, enum netpoll_side side, uint32_t seen, int64_t limit_ns) {
  if (sys(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) return -EAGAIN;
  rt_enter();
  int r = netpoll_wait(d, fd, side, seen, limit_ns);
  rt_exit();
  return r == -ETIMEDOUT ? -EAGAIN : r;
}

// A call that may have to wait.
struct op {
  int fd;
  enum netpoll_side side;
  long attempt, plain;          // the system calls without and with blocking
  long a[6], flag;              // their arguments; the attempt's last one in use is or'ed with flag
  int flag_at;
};

// try makes the attempt. Where the kernel cannot do without blocking, the plain call is made if it need not.
static long try(const struct op *o) {
  long a[6];
  memcpy(a, o->a, sizeof a);
  a[o->flag_at] |= o->flag;
  long r = sys6(o->attempt, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (r != -EOPNOTSUPP || o->attempt == o->plain) return r;
  if (!posix_ready(o->fd, o->side)) return -EAGAIN;
  return sys6(o->plain, o->a[0], o->a[1], o->a[2], o->a[3], o->a[4], o->a[5]);
}

static long run(const struct op *o) {
  struct netpoll_desc *d = netpoll_desc(o->fd);
  int64_t limit_ns = 0;
  while (d) {
    uint32_t seen = netpoll_events(d, o->side);
    long r = try(o);
    if (r != -EAGAIN) return r;
    if (!limit_ns) limit_ns = posix_limit(o->fd, o->side);
    r = posix_wait(d, o->fd, o->side, seen, limit_ns);
    if (r == -EAGAIN) return r;
    if (r < 0) break;
  }
  return sys6(o->plain, o->a[0], o->a[1], o->a[2], o->a[3], o->a[4], o->a[5]);
}

// ---- read and write ------------------------------------------------------------------------------

static long vector(int fd, bool out, const struct iovec *v, long n) {
  struct op o = {.fd = fd, .side = out ? NETPOLL_OUT : NETPOLL_IN, .attempt = out ? SYS_pwritev2 : SYS_preadv2,
                 .plain = out ? SYS_writev : SYS_readv, .a = {fd, (long)v, n, -1, -1}, .flag = RWF_NOWAIT, .flag_at = 5};
  return run(&o);
}

static long write_all(int fd, const char *p, size_t n) {
  size_t done = 0;
  do {
    struct iovec v = {(void *)(p + done), n - done};
    long r = vector(fd, true, &v, 1);
    if (r <= 0) return done ? (long)done : r;
    done += (size_t)r;
  } while (done < n);
  return (long)done;
}

// rest writes what a vector's write left over, which began with `done` bytes.
static long rest(int fd, const struct iovec *v, int n, long done) {
  long skip = done;
  for (int i = 0; done >= 0 && i < n; i++) {
    long len = (long)v[i].iov_len;
    if (skip >= len) {
      skip -= len;
      continue;
    }
    long r = write_all(fd, (const char *)v[i].iov_base + skip, (size_t)(len - skip));
    if (r < 0) break;
    done += r;
    if (r < len - skip) break;
    skip = 0;
  }
  return done;
}

POSIX ssize_t read(int fd, void *p, size_t n) {
  if (!posix_parks()) return LIBC(read)(fd, p, n);
  struct iovec v = {p, n};
  return posix_result(vector(fd, false, &v, 1));
}

POSIX ssize_t write(int fd, const void *p, size_t n) {
  if (!posix_parks()) return LIBC(write)(fd, p, n);
  return posix_result(write_all(fd, p, n));
}

POSIX ssize_t readv(int fd, const struct iovec *v, int n) {
  if (!posix_parks()) return LIBC(readv)(fd, v, n);
  return posix_result(vector(fd, false, v, n));
}

POSIX ssize_t writev(int fd, const struct iovec *v, int n) {
  if (!posix_parks()) return LIBC(writev)(fd, v, n);
  long r = vector(fd, true, v, n);
  return posix_result(r > 0 ? rest(fd, v, n, r) : r);
}

// ---- sockets -------------------------------------------------------------------------------------

static struct op message(long call, int fd, enum netpoll_side side, int flag_at) {
  return (struct op){.fd = fd, .side = side, .attempt = call, .plain = call, .a = {fd}, .flag = MSG_DONTWAIT, .flag_at = flag_at};
}

POSIX ssize_t recvfrom(int fd, void *p, size_t n, int flags, struct sockaddr *from, socklen_t *len) {
  if (!posix_parks() || flags & MSG_DONTWAIT) return LIBC(recvfrom)(fd, p, n, flags, from, len);
  struct op o = message(SYS_recvfrom, fd, NETPOLL_IN, 3);
  o.a[1] = (long)p, o.a[2] = (long)n, o.a[3] = flags, o.a[4] = (long)from, o.a[5] = (long)len;
  if (!(flags & MSG_WAITALL)) return posix_result(run(&o));
  long done = 0, r;
  while ((size_t)done < n && (r = run(&o)) != 0) {  // what there is, until all is there
    if (r < 0) return posix_result(done ? done : r);
    done += r;
    if (flags & MSG_PEEK) break;
    o.a[1] = (long)p + done, o.a[2] = (long)n - done;
  }
  return done;
}

POSIX ssize_t recv(int fd, void *p, size_t n, int flags) { return recvfrom(fd, p, n, flags, NULL, NULL); }

POSIX ssize_t recvmsg(int fd, struct msghdr *m, int flags) {
  if (!posix_parks() || flags & (MSG_DONTWAIT | MSG_WAITALL)) return LIBC(recvmsg)(fd, m, flags);
  struct op o = message(SYS_recvmsg, fd, NETPOLL_IN, 2);
  o.a[1] = (long)m, o.a[2] = flags;
  return posix_result(run(&o));
}

POSIX ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t len) {
  if (!posix_parks() || flags & MSG_DONTWAIT) return LIBC(sendto)(fd, p, n, flags, to, len);
  struct op o = message(SYS_sendto, fd, NETPOLL_OUT, 3);
  o.a[3] = flags, o.a[4] = (long)to, o.a[5] = (long)len;
  size_t done = 0;
  do {
    o.a[1] = (long)p + (long)done, o.a[2] = (long)(n - done);
    long r = run(&o);
    if (r < 0) return posix_result(done ? (long)done : r);
    done += (size_t)r;
  } while (done < n);
  return (ssize_t)done;
}

POSIX ssize_t send(int fd, const void *p, size_t n, int flags) { return sendto(fd, p, n, flags, NULL, 0); }

POSIX ssize_t sendmsg(int fd, const struct msghdr *m, int flags) {
  if (!posix_parks() || flags & MSG_DONTWAIT) return LIBC(sendmsg)(fd, m, flags);
  struct op o = message(SYS_sendmsg, fd, NETPOLL_OUT, 2);
  o.a[1] = (long)m, o.a[2] = flags;
  long r = run(&o);
  return posix_result(r > 0 ? rest(fd, m->msg_iov, (int)m->msg_iovlen, r) : r);
}

POSIX int shutdown(int fd, int how) {
  race_fd_release(fd);
  return LIBC(shutdown)(fd, how);
}

// accept has no flag of its own: the listener is asked first. Should another take the connection in between,
// this thread waits for the next, without its P.
static long accept_one(int fd, struct sockaddr *from, socklen_t *len, int flags) {
  struct netpoll_desc *d = netpoll_desc(fd);
  int64_t limit_ns = 0;
  while (d) {
    uint32_t seen = netpoll_events(d, NETPOLL_IN);
    if (posix_ready(fd, NETPOLL_IN)) break;
    if (!limit_ns) limit_ns = posix_limit(fd, NETPOLL_IN);
    int r = posix_wait(d, fd, NETPOLL_IN, seen, limit_ns);
    if (r == -EAGAIN) return r;
    if (r < 0) break;
  }
  long r = sys(SYS_accept4, fd, from, len, flags);
  if (r >= 0) race_fd_acquire(fd);
  return r;
}

POSIX int accept4(int fd, struct sockaddr *from, socklen_t *len, int flags) {
  if (!posix_parks()) return LIBC(accept4)(fd, from, len, flags);
  return (int)posix_result(accept_one(fd, from, len, flags));
}

POSIX int accept(int fd, struct sockaddr *from, socklen_t *len) { return accept4(fd, from, len, 0); }

// connect makes the socket non-blocking meanwhile: it is not connected, so nobody else uses it yet.
static long connect_one(int fd, const struct sockaddr *to, socklen_t len, long mode) {
  struct netpoll_desc *d = netpoll_desc(fd);
  int64_t limit_ns = posix_limit(fd, NETPOLL_OUT);
  for (;;) {
    uint32_t seen = netpoll_events(d, NETPOLL_OUT);
    long r = sys(SYS_connect, fd, to, len);
    if (r == -EISCONN) return 0;
    if (r != -EINPROGRESS && r != -EALREADY) return r;
    rt_enter();
    r = netpoll_wait(d, fd, NETPOLL_OUT, seen, limit_ns);
    rt_exit();
    if (r == -ETIMEDOUT) return -EINPROGRESS;
    if (r < 0) {
      sys(SYS_fcntl, fd, F_SETFL, mode);
      return sys(SYS_connect, fd, to, len);
    }
  }
}

static bool is_connected(int fd) {
  struct sockaddr_storage peer;
  uint32_t len = sizeof peer;
  return sys(SYS_getpeername, fd, &peer, &len) == 0;
}

POSIX int connect(int fd, const struct sockaddr *to, socklen_t len) {
  long mode = posix_parks() ? sys(SYS_fcntl, fd, F_GETFL) : -1;
  race_fd_release(fd);
  if (mode < 0 || mode & O_NONBLOCK || !netpoll_desc(fd) || to->sa_family == AF_UNIX || is_connected(fd))
    return LIBC(connect)(fd, to, len);
  sys(SYS_fcntl, fd, F_SETFL, mode | O_NONBLOCK);
  long r = connect_one(fd, to, len, mode);
  sys(SYS_fcntl, fd, F_SETFL, mode);
  if (r == 0) race_fd_acquire(fd);
  return (int)posix_result(r);
}

// A descriptor that is closed leaves the poller without a word: who waits on it looks again.
POSIX int close(int fd) {
  race_fd_release(fd);  // who reads the end knows that we came here
  int r = LIBC(close)(fd);
  struct netpoll_desc *d = posix_parks() ? netpoll_desc(fd) : NULL;
  if (!d || (!d->side[NETPOLL_IN].first && !d->side[NETPOLL_OUT].first)) return r;
  rt_enter();
  for (int s = 0; s < 2; s++) netpoll_wake(d, s);
  rt_exit();
  return r;
}

// ---- -D_FORTIFY_SOURCE ---------------------------------------------------------------------------

_Noreturn void __chk_fail(void);
ssize_t __read_chk(int, void *, size_t, size_t);
ssize_t __recv_chk(int, void *, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *);

POSIX ssize_t __read_chk(int fd, void *p, size_t n, size_t room) {
  if (n > room) __chk_fail();
  return read(fd, p, n);
}

POSIX ssize_t __recv_chk(int fd, void *p, size_t n, size_t room, int flags) {
  if (n > room) __chk_fail();
  return recvfrom(fd, p, n, flags, NULL, NULL);
}

POSIX ssize_t __recvfrom_chk(int fd, void *p, size_t n, size_t room, int flags, struct sockaddr *from, socklen_t *len) {
  if (n > room) __chk_fail();
  return recvfrom(fd, p, n, flags, from, len);
}
