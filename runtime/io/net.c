// SPDX-License-Identifier: Apache-2.0
// net.c: the handles of connections: reading, writing, deadlines, closing.
//
// The place of a descriptor in the poller's table also says whose it is, in one word:
//
//     generation 32 | open 1 | calls under way 31
//
// A handle is generation and descriptor. close takes `open` away, and whoever ends the last call closes the
// descriptor: so no call meets a number that is another file's already, and a stale handle meets nothing.
//
// Edges: bytes carry order from write to read through the descriptor's key (race.h, race_fd_release), as the
// POSIX calls do, so the two mix. What the poller does orders nothing. A close or a deadline is told to those
// whom it ends:
//   R1: close, set_deadline on the place   A1: a call that returns -EBADF or -ETIMEDOUT
// The word itself orders nothing: else each read would be ordered with each write of the same connection
// and hide races, as fdMutex does in Go.
#include "io/net.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "sched/sched.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static const uint64_t open_bit = (uint64_t)1 << 31, calls_mask = ((uint64_t)1 << 31) - 1;

static int fd_of(cr_conn c) { return (int)(uint32_t)c.id - 1; }

int net_adopt(cr_conn *c, int fd) {
  struct netpoll_desc *d = netpoll_desc(fd);
  if (!d) {
    sys(SYS_close, fd);
    return -EMFILE;
  }
  uint64_t generation = (load_rlx(&d->handle) >> 32) + 1;
  race_sync_forget(d, sizeof *d);
  store_rel(&d->handle, generation << 32 | open_bit);
  c->id = generation << 32 | (uint32_t)(fd + 1);
  return 0;
}

// hold counts one more call; false: the handle is stale.
static bool hold(struct netpoll_desc *d, cr_conn c) {
  uint64_t h = load_acq(&d->handle);
  do {
    if (h >> 32 != c.id >> 32 || !(h & open_bit)) return false;
  } while (!cas_acq(&d->handle, &h, h + 1));
  return true;
}

static void drop(struct netpoll_desc *d, int fd) {
  uint64_t h = atomic_fetch_sub_explicit(&d->handle, 1, memory_order_acq_rel);
  if (h & open_bit || (h & calls_mask) != 1) return;
  store_rlx(&d->known, false);
  for (int s = 0; s < 2; s++) store_rlx(&d->side[s].deadline_ns, 0);
  sys(SYS_close, fd);
}

int net_begin(struct net_use *u, cr_conn c) {
  getg();
  rt_enter();
  u->fd = fd_of(c);
  u->d = netpoll_desc(u->fd);
  if (u->d && hold(u->d, c)) return 0;
  if (u->d) race_acquire(u->d);  // A1
  rt_exit();
  return -EBADF;
}

long net_end(struct net_use *u, long r) {
  if (r == -EBADF || r == -ETIMEDOUT) race_acquire(u->d);  // A1
  drop(u->d, u->fd);
  rt_exit();
  return r;
}

static int64_t deadline(const struct net_use *u, enum netpoll_side side) {
  int64_t when = load_acq(&u->d->side[side].deadline_ns);
  return when ? when : INT64_MAX;
}

int net_try(struct net_use *u, enum netpoll_side side) {
  u->seen = netpoll_events(u->d, side);  // before the rest: whoever changes it wakes us
  if (!(load_acq(&u->d->handle) & open_bit)) return -EBADF;
  int64_t when = deadline(u, side);
  return when != INT64_MAX && when <= nanotime() ? -ETIMEDOUT : 0;
}

long net_again(struct net_use *u, enum netpoll_side side, long r, int64_t limit_ns) {
  if (r == -EINTR) return -EAGAIN;
  if (r != -EAGAIN) return r;
  int64_t when = deadline(u, side);
  r = netpoll_wait(u->d, u->fd, side, u->seen, when < limit_ns ? when : limit_ns);
  if (r == 0) store_rlx(&u->d->known, true);
  if (r == -ETIMEDOUT && limit_ns > nanotime()) r = 0;  // net_try looks at the deadline that there is now
  return r ? r : -EAGAIN;
}

// ---- reading and writing -------------------------------------------------------------------------

// receive is recvfrom, or read for what is no socket.
static long receive(int fd, void *p, size_t n, cr_addr *from) {
  if (!from) return sys(SYS_read, fd, p, n);
  from->len = sizeof from->bytes;
  from->type = SOCK_DGRAM;
  return sys(SYS_recvfrom, fd, p, n, 0, from->bytes, &from->len);
}

static ssize_t read_some(cr_conn c, void *p, size_t n, cr_addr *from, uintptr_t pc) {
  struct net_use u;
  long r = net_begin(&u, c);
  if (r < 0) return r;
  do {
    r = net_try(&u, NETPOLL_IN);
    if (r == 0) r = net_again(&u, NETPOLL_IN, receive(u.fd, p, n, from), INT64_MAX);
  } while (r == -EAGAIN);
  if (r >= 0) {
    race_fd_acquire(u.fd);
    race_write(p, (size_t)r, pc);
    if (from) race_write(from, sizeof *from, pc);
  }
  return net_end(&u, r);
}

ssize_t cr_net_read(cr_conn c, void *p, size_t n) { return read_some(c, p, n, NULL, PC()); }

ssize_t cr_net_read_from(cr_conn c, void *p, size_t n, cr_addr *from) { return read_some(c, p, n, from, PC()); }

// transmit is sendto, which raises no SIGPIPE, or write for what is no socket.
static long transmit(int fd, const void *p, size_t n, const cr_addr *to) {
  long r = sys(SYS_sendto, fd, p, n, MSG_NOSIGNAL, to ? to->bytes : NULL, to ? to->len : 0);
  return r == -ENOTSOCK ? sys(SYS_write, fd, p, n) : r;
}

static ssize_t write_all(cr_conn c, const char *p, size_t n, const cr_addr *to, uintptr_t pc) {
  struct net_use u;
  long r = net_begin(&u, c);
  if (r < 0) return r;
  race_read(p, n, pc);
  if (to) race_read(to, sizeof *to, pc);
  race_fd_release(u.fd);
  size_t done = 0;
  do {
    r = net_try(&u, NETPOLL_OUT);
    if (r == 0) r = net_again(&u, NETPOLL_OUT, transmit(u.fd, p + done, n - done, to), INT64_MAX);
    if (r > 0) done += (size_t)r;
  } while (r == -EAGAIN || (r > 0 && done < n));
  return net_end(&u, done > 0 ? (long)done : r);
}

ssize_t cr_net_write(cr_conn c, const void *p, size_t n) { return write_all(c, p, n, NULL, PC()); }

ssize_t cr_net_write_to(cr_conn c, const void *p, size_t n, const cr_addr *to) { return write_all(c, p, n, to, PC()); }

// ---- deadlines and closing -----------------------------------------------------------------------

static int set_deadlines(cr_conn c, int64_t when_ns, bool in, bool out) {
  struct net_use u;
  int r = net_begin(&u, c);
  if (r < 0) return r;
  if (when_ns == INT64_MAX) when_ns = 0;
  race_release_merge(u.d);  // R1
  const bool wanted[2] = {[NETPOLL_IN] = in, [NETPOLL_OUT] = out};
  for (int s = 0; s < 2; s++) {
    if (!wanted[s]) continue;
    store_rel(&u.d->side[s].deadline_ns, when_ns);
    netpoll_wake(u.d, s);
  }
  return (int)net_end(&u, 0);
}

int cr_net_set_deadline(cr_conn c, int64_t when_ns) { return set_deadlines(c, when_ns, true, true); }
int cr_net_set_read_deadline(cr_conn c, int64_t when_ns) { return set_deadlines(c, when_ns, true, false); }
int cr_net_set_write_deadline(cr_conn c, int64_t when_ns) { return set_deadlines(c, when_ns, false, true); }

int cr_net_close_write(cr_conn c) {
  struct net_use u;
  int r = net_begin(&u, c);
  if (r < 0) return r;
  race_fd_release(u.fd);
  return (int)net_end(&u, sys(SYS_shutdown, u.fd, SHUT_WR));
}

int cr_net_close(cr_conn c) {
  struct net_use u;
  int r = net_begin(&u, c);
  if (r < 0) return r;
  race_fd_release(u.fd);
  race_release_merge(u.d);  // R1
  uint64_t h = load_acq(&u.d->handle);
  while (h & open_bit && !cas_acq_rel(&u.d->handle, &h, h & ~open_bit)) {}
  for (int s = 0; s < 2; s++) netpoll_wake(u.d, s);
  return (int)net_end(&u, h & open_bit ? 0 : -EBADF);
}

int cr_net_fd(cr_conn c) {
  struct net_use u;
  int r = net_begin(&u, c);
  return r < 0 ? r : (int)net_end(&u, u.fd);
}

// ---- what is there already -----------------------------------------------------------------------

static bool is_file(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

int cr_net_adopt(cr_conn *c, int fd) {
  long flags = sys(SYS_fcntl, fd, F_GETFL);
  if (flags < 0) return (int)flags;
  if (is_file(fd)) return -EPERM;
  long r = flags & O_NONBLOCK ? 0 : sys(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  if (r == 0) r = net_adopt(c, fd);
  if (r == 0) race_write(c, sizeof *c, PC());
  return (int)r;
}

int cr_net_pipe(cr_conn ends[2]) {
  int fds[2];
  int r = (int)sys(SYS_pipe2, fds, O_NONBLOCK | O_CLOEXEC);
  if (r == 0) r = net_adopt(&ends[0], fds[0]);
  if (r == 0) r = net_adopt(&ends[1], fds[1]);
  if (r == 0) race_write(ends, 2 * sizeof *ends, PC());
  return r;
}
