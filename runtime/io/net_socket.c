// SPDX-License-Identifier: Apache-2.0
// net_socket.c: how connections come to be: listen, accept, dial.
//
// TCP sockets send at once (TCP_NODELAY), as Go's do; what is accepted inherits it from its listener.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sys.h"
#include "io/net.h"
#include "sched/sched.h"
#include "time/ticker.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { ADDRESSES = 16, BACKLOG = 4096, RETRY_NS = 1000000 };

static void set_option(int fd, int level, int option, int value) {
  sys(SYS_setsockopt, fd, level, option, &value, sizeof value);
}

// open_socket returns a descriptor, or a negative error number.
static int open_socket(const cr_addr *a) {
  int fd = (int)sys(SYS_socket, net_family(a), a->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && a->type == SOCK_STREAM && net_family(a) != AF_UNIX) set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return fd;
}

// ---- listen --------------------------------------------------------------------------------------

static int bind_socket(int fd, const cr_addr *a) {
  if (a->type == SOCK_STREAM) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  int r = (int)sys(SYS_bind, fd, a->bytes, a->len);
  if (r < 0 || a->type == SOCK_DGRAM) return r;
  race_fd_release(fd);
  return (int)sys(SYS_listen, fd, BACKLOG);
}

static int listen_at(const cr_addr *a, cr_conn *l) {
  int fd = open_socket(a);
  if (fd < 0) return fd;
  int r = bind_socket(fd, a);
  if (r == 0) return net_adopt(l, fd);
  sys(SYS_close, fd);
  return r;
}

// prefer_both puts an address of IPv6 first if all interfaces are meant: it takes IPv4 too.
static void prefer_both(cr_addr *a, int n, const char *address) {
  for (int i = 1; *address == ':' && i < n && net_family(&a[0]) == AF_INET; i++) {
    if (net_family(&a[i]) != AF_INET6) continue;
    cr_addr six = a[i];
    a[i] = a[0];
    a[0] = six;
  }
}

int cr_net_listen(cr_conn *l, const char *network, const char *address) {
  cr_addr a[ADDRESSES];
  cr_conn made = {0};
  int n = net_lookup(a, ADDRESSES, network, address, true), r = n;
  if (n > 0) prefer_both(a, n, address);
  for (int i = 0; i < n && (i == 0 || r < 0); i++) r = listen_at(&a[i], &made);
  if (r < 0) return r;
  race_write(l, sizeof *l, PC());
  *l = made;
  return 0;
}

// ---- accept --------------------------------------------------------------------------------------

int cr_net_accept(cr_conn l, cr_conn *c) {
  struct net_use u;
  cr_conn made = {0};
  long r = net_begin(&u, l);
  if (r < 0) return (int)r;
  do {
    r = net_try(&u, NETPOLL_IN);
    if (r < 0) break;
    r = net_again(&u, NETPOLL_IN, sys(SYS_accept4, u.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), INT64_MAX);
  } while (r == -EAGAIN || r == -ECONNABORTED);
  if (r >= 0) {
    race_fd_acquire(u.fd);
    r = net_adopt(&made, (int)r);
  }
  r = net_end(&u, r);
  if (r < 0) return (int)r;
  race_write(c, sizeof *c, PC());
  *c = made;
  return 0;
}

// ---- dial ----------------------------------------------------------------------------------------

// A listener on a Unix socket whose queue is full is told by no event: it is asked again.
static long full_queue(struct net_use *u, int64_t limit_ns) {
  int64_t soon = nanotime() + RETRY_NS;
  if (limit_ns <= nanotime()) return -ETIMEDOUT;
  long r = netpoll_wait(u->d, u->fd, NETPOLL_OUT, u->seen, soon < limit_ns ? soon : limit_ns);
  return r == -ETIMEDOUT || r == 0 ? -EAGAIN : r;
}

// attempt returns -EAGAIN as long as the connection is under way.
static long attempt(struct net_use *u, const cr_addr *a, int64_t limit_ns) {
  u->seen = netpoll_events(u->d, NETPOLL_OUT);
  long r = sys(SYS_connect, u->fd, a->bytes, a->len);
  if (r == -EISCONN) return 0;
  if (r == -EAGAIN) return full_queue(u, limit_ns);
  if (r == -EINPROGRESS || r == -EALREADY) r = -EAGAIN;
  return net_again(u, NETPOLL_OUT, r, limit_ns);
}

static int dial_to(const cr_addr *a, cr_conn *c, int64_t limit_ns) {
  int fd = open_socket(a);
  if (fd < 0) return fd;
  int r = net_adopt(c, fd);
  if (r < 0) return r;
  struct net_use u;
  net_begin(&u, *c);
  race_fd_release(fd);
  long tried;
  while ((tried = attempt(&u, a, limit_ns)) == -EAGAIN) {}
  if (tried == 0) race_fd_acquire(fd);
  r = (int)net_end(&u, tried);
  if (r < 0) cr_net_close(*c);
  return r;
}

int cr_net_dial(cr_conn *c, const char *network, const char *address, int64_t timeout_ns) {
  cr_addr a[ADDRESSES];
  cr_conn made = {0};
  int64_t limit_ns = timeout_ns == INT64_MAX ? INT64_MAX : after_ns(timeout_ns);
  int n = net_lookup(a, ADDRESSES, network, address, false), r = n;
  for (int i = 0; i < n && (i == 0 || r < 0); i++) r = dial_to(&a[i], &made, limit_ns);
  if (r < 0) return r;
  race_write(c, sizeof *c, PC());
  *c = made;
  return 0;
}

// ---- names ---------------------------------------------------------------------------------------

static int name_of(cr_conn c, cr_addr *a, long call, uintptr_t pc) {
  struct net_use u;
  int r = net_begin(&u, c);
  if (r < 0) return r;
  race_write(a, sizeof *a, pc);
  a->len = sizeof a->bytes;
  int type = 0;
  uint32_t len = sizeof type;
  sys(SYS_getsockopt, u.fd, SOL_SOCKET, SO_TYPE, &type, &len);
  a->type = (uint32_t)type;
  return (int)net_end(&u, sys(call, u.fd, a->bytes, &a->len));
}

int cr_net_local(cr_conn c, cr_addr *a) { return name_of(c, a, SYS_getsockname, PC()); }
int cr_net_remote(cr_conn c, cr_addr *a) { return name_of(c, a, SYS_getpeername, PC()); }
