// SPDX-License-Identifier: Apache-2.0
// net.h: connections that park the goroutine: TCP, UDP, Unix sockets and pipes, with deadlines.
#ifndef CRUN_NET_H
#define CRUN_NET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma GCC visibility push(default)

#ifdef __cplusplus
extern "C" {
#endif

// cr_conn is a connection, a listener, a packet socket or an end of a pipe. It is a handle: a value to
// copy, to send on a channel and to compare. {0} is none, and a handle that was closed stays closed though
// its descriptor is used again: every call on one returns -EBADF. Any number of goroutines and threads may
// use a connection at the same time; of what two of them write at once, parts may alternate.
//
// Every call returns a number: 0 or a count, or a negative error number of errno.h (-ECONNRESET, -EMFILE).
// errno is not used.
//
// Networks are "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6", "unix" and "unixgram". Addresses are
// "host:port" as in Go: "localhost:http", "[::1]:80", ":8080" (all interfaces, or, dialled, this machine), port
// 0 for a free one; for the unix networks a path, or a name of Linux's own after '@'.
//
// Illegal: closing what cr_net_fd returned; it belongs to the connection.
//
//     static void serve(cr_conn c) {
//       char buf[4096];
//       ssize_t n;
//       while ((n = cr_net_read(c, buf, sizeof buf)) > 0) cr_net_write(c, buf, n);
//       cr_net_close(c);
//     }
//     int main(void) {
//       cr_conn l, c;
//       if (cr_net_listen(&l, "tcp", "localhost:7000") < 0) return 1;
//       while (cr_net_accept(l, &c) == 0) cr_go(serve, c);
//     }
typedef struct cr_conn {
  uint64_t id;
} cr_conn;

// cr_addr is an address of any network.
typedef struct cr_addr {
  uint32_t len;
  uint32_t type;  // of socket
  _Alignas(8) unsigned char bytes[112];
} cr_addr;

enum { CR_ADDR_TEXT = 128 };  // enough for the text of every address

// cr_net_listen waits for connections at address, or for packets with the udp networks and "unixgram".
//   Blocks:  the goroutine, for the name of a host or port.
//   Returns: 0 with *l, or a negative error number: -ENOENT for a name that nobody knows, -EADDRINUSE, ...
//   Memory:  synchronizes before the return of a cr_net_dial that reaches it.
//   Context: a goroutine or a foreign thread.
int cr_net_listen(cr_conn *l, const char *network, const char *address);

// cr_net_accept takes the next connection from a listener.
//   Blocks:  the goroutine, never the thread, until there is one, the read deadline or a close of l.
//   Returns: 0 with *c, or a negative error number. -EMFILE leaves the connection waiting.
//   Memory:  the dial synchronizes before it returns, if it was made in this process.
//   Context: a goroutine or a foreign thread.
int cr_net_accept(cr_conn l, cr_conn *c);

// cr_net_dial connects to address within timeout_ns (CR_FOREVER: no limit). The addresses of a name are
// tried one after another.
//   Blocks:  the goroutine, never the thread; while a name is looked up its thread blocks, and another
//            goes on with the rest.
//   Returns: 0 with *c, or a negative error number: that of the last address, -ETIMEDOUT, -ENOENT.
//   Memory:  synchronizes before the return of the cr_net_accept that takes it.
//   Context: a goroutine or a foreign thread.
int cr_net_dial(cr_conn *c, const char *network, const char *address, int64_t timeout_ns);

// cr_net_pipe makes a pipe: ends[0] is read, ends[1] written. Writing to one that nobody can read raises
// SIGPIPE, as it does by write(2).
//   Blocks:  no.
//   Returns: 0, or a negative error number.
//   Memory:  none.
//   Context: any.
int cr_net_pipe(cr_conn ends[2]);

// cr_net_adopt makes a connection of a descriptor that can be waited for: a socket, a pipe, a terminal, an
// eventfd. It becomes non-blocking and belongs to the connection.
//   Blocks:  no.
//   Returns: 0 with *c, or a negative error number; -EPERM for a regular file, whose read(2) is as good.
//   Memory:  none.
//   Context: any.
int cr_net_adopt(cr_conn *c, int fd);

// cr_net_read reads up to n bytes, or one packet.
//   Blocks:  the goroutine, never the thread, until there is something, the end, the deadline or a close.
//   Returns: the number of bytes; 0 at the end; or a negative error number: -ETIMEDOUT, -EBADF, ...
//   Memory:  what was written synchronizes before the return of a read that got some of it, or the end. A
//            cr_net_close or deadline synchronizes before the return that it leads to.
//   Context: a goroutine or a foreign thread.
ssize_t cr_net_read(cr_conn c, void *buf, size_t n);

// cr_net_write writes n bytes, or one packet.
//   Blocks:  the goroutine, never the thread, until all is written, the deadline or a close.
//   Returns: n; fewer if an error came after some were written, and then the next call tells it; or a
//            negative error number: -EPIPE, -ECONNRESET, -ETIMEDOUT, -EBADF, ...
//   Memory:  synchronizes before the return of a read that got some of it.
//   Context: a goroutine or a foreign thread.
ssize_t cr_net_write(cr_conn c, const void *buf, size_t n);

// cr_net_read_from and cr_net_write_to are for packets: *from (nil: not asked for) is who sent it.
//   Blocks:  as cr_net_read and cr_net_write.
//   Returns: as they.
//   Memory:  as they.
//   Context: a goroutine or a foreign thread.
ssize_t cr_net_read_from(cr_conn c, void *buf, size_t n, cr_addr *from);
ssize_t cr_net_write_to(cr_conn c, const void *buf, size_t n, const cr_addr *to);

// cr_net_set_deadline says when reads (accepts among them) and writes give up with -ETIMEDOUT: those under
// way and those to come, until another deadline is set. when_ns is a moment of cr_nanotime; 0 and
// CR_FOREVER take the deadline away, one in the past ends what waits now.
//   Blocks:  no.
//   Returns: 0, or -EBADF.
//   Memory:  synchronizes before the return of a call that times out by it.
//   Context: any.
int cr_net_set_deadline(cr_conn c, int64_t when_ns);
int cr_net_set_read_deadline(cr_conn c, int64_t when_ns);
int cr_net_set_write_deadline(cr_conn c, int64_t when_ns);

// cr_net_close_write ends what the other side can read; this side can go on reading.
//   Blocks:  no.
//   Returns: 0, or a negative error number.
//   Memory:  synchronizes before the return of the read that finds the end.
//   Context: any.
int cr_net_close_write(cr_conn c);

// cr_net_close closes c. Who waits on it goes on with -EBADF; the descriptor is given back when the last
// call under way has ended.
//   Blocks:  no.
//   Returns: 0; -EBADF if c was closed before.
//   Memory:  synchronizes before the return of calls that fail because of it, and of the other side's read
//            that finds the end.
//   Context: any.
int cr_net_close(cr_conn c);

// cr_net_fd is the descriptor of c, for setsockopt and the like; do not close it.
//   Blocks:  no.
//   Returns: the descriptor, or -EBADF.
//   Memory:  none.
//   Context: any.
int cr_net_fd(cr_conn c);

// cr_net_resolve looks an address up, as cr_net_dial does, and takes the first that is found.
//   Blocks:  the goroutine; its thread blocks too, and another goes on with the rest.
//   Returns: 0 with *a, or a negative error number.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
int cr_net_resolve(cr_addr *a, const char *network, const char *address);

// cr_net_local and cr_net_remote are the addresses of c's two ends.
//   Blocks:  no.
//   Returns: 0 with *a, or a negative error number.
//   Memory:  none.
//   Context: any.
int cr_net_local(cr_conn c, cr_addr *a);
int cr_net_remote(cr_conn c, cr_addr *a);

// cr_addr_text writes a as text that cr_net_dial takes.
//   Blocks:  no.
//   Returns: text.
//   Memory:  none.
//   Context: any.
char *cr_addr_text(const cr_addr *a, char text[CR_ADDR_TEXT]);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop

#endif
