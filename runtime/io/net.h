// SPDX-License-Identifier: Apache-2.0
// net.h: what the files of cr_net share: the use of a connection by one call, and addresses.
#ifndef CRUN_RUNTIME_NET_H
#define CRUN_RUNTIME_NET_H

#include "crun/net.h"
#include "io/netpoll.h"

// One call's use of a connection. While it lasts the descriptor is not given back.
struct net_use {
  struct netpoll_desc *d;
  int fd;
  uint32_t seen;
};

// net_begin enters the runtime and holds c: 0, or -EBADF and nothing is held. net_end ends both, and returns r.
int net_begin(struct net_use *u, cr_conn c);
long net_end(struct net_use *u, long r);

// net_try comes before each attempt, net_again after it, with its result: -EAGAIN says that it is to be
// tried again, now. Otherwise the result is the call's. A call that is over at a moment of its own has limit_ns.
int net_try(struct net_use *u, enum netpoll_side side);
long net_again(struct net_use *u, enum netpoll_side side, long r, int64_t limit_ns);

// net_adopt makes a handle of fd, which is non-blocking.
int net_adopt(cr_conn *c, int fd);

// net_lookup finds up to `room` addresses: their number, or a negative error number. It is called outside
// the runtime.
int net_lookup(cr_addr *a, int room, const char *network, const char *address, bool to_listen);

// A sockaddr is what the kernel calls cr_addr's bytes.
static inline int net_family(const cr_addr *a) { return ((const unsigned short *)(const void *)a->bytes)[0]; }

#endif
