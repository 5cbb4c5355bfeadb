// SPDX-License-Identifier: Apache-2.0
// libc_file.c: the checked input and output functions: their buffers, and the order they make.
//
// What is written to a pipe, socket, eventfd or file may be read by another goroutine, which then knows that the writer
// came that far: a write releases before the call (race_fd_release), a read that got something, or the end, acquires after the call,
// before its buffer is checked. Streams (FILE) do so on the descriptor below, but for stdout and stderr, which nobody reads
// back; the lock inside a FILE orders nothing. Otherwise every printf would hide races.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fd.h"
#include "libc.h"
#include "race.h"
#include "self.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// will_write: n bytes at p go to fd.
static void will_write(int fd, const void *p, size_t n, uintptr_t pc) {
  did_read(p, n, pc);
  race_fd_release(fd);
}

// got: a read of fd put r bytes at p (r < 0: it failed).
static ssize_t got(int fd, void *p, ssize_t r, uintptr_t pc) {
  if (r < 0 || !g_self()) return r;
  int saved = errno;
  race_fd_acquire(fd);
  did_write(p, r, pc);
  errno = saved;
  return r;
}

// ---- descriptors --------------------------------------------------------------------------------

CHECKED ssize_t __crun_read(int fd, void *p, size_t n) { return got(fd, p, read(fd, p, n), HERE); }

CHECKED ssize_t __crun_write(int fd, const void *p, size_t n) {
  will_write(fd, p, n, HERE);
  return write(fd, p, n);
}

CHECKED ssize_t __crun_pread(int fd, void *p, size_t n, off_t at) {
  return got(fd, p, pread(fd, p, n, at), HERE);
}
CHECKED ssize_t __crun_pread64(int fd, void *p, size_t n, off_t at) {
  return got(fd, p, pread(fd, p, n, at), HERE);
}

CHECKED ssize_t __crun_pwrite(int fd, const void *p, size_t n, off_t at) {
  will_write(fd, p, n, HERE);
  return pwrite(fd, p, n, at);
}

CHECKED ssize_t __crun_pwrite64(int fd, const void *p, size_t n, off_t at) {
  will_write(fd, p, n, HERE);
  return pwrite(fd, p, n, at);
}

// With MSG_TRUNC the result is the length of the message, not of what was stored.
static ssize_t received(int fd, void *p, size_t n, ssize_t r, uintptr_t pc) {
  if (r > 0 && (size_t)r > n) {
    got(fd, p, n, pc);
    return r;
  }
  return got(fd, p, r, pc);
}

CHECKED ssize_t __crun_recv(int fd, void *p, size_t n, int flags) {
  return received(fd, p, n, recv(fd, p, n, flags), HERE);
}

// did_address: an address went to `from`, which has room, and its length to len.
static void did_address(struct sockaddr *from, socklen_t room, socklen_t *len, uintptr_t pc) {
  if (!from || !len) return;
  did_write(from, *len < room ? *len : room, pc);
  did_write(len, sizeof *len, pc);
}

CHECKED ssize_t __crun_recvfrom(int fd, void *p, size_t n, int flags, struct sockaddr *from,
                                socklen_t *len) {
  socklen_t room = from && len ? *len : 0;
  ssize_t r = received(fd, p, n, recvfrom(fd, p, n, flags, from, len), HERE);
  if (r >= 0) did_address(from, room, len, HERE);
  return r;
}

CHECKED ssize_t __crun_send(int fd, const void *p, size_t n, int flags) {
  will_write(fd, p, n, HERE);
  return send(fd, p, n, flags);
}

// scattered checks the first n bytes of the buffers at v; did is did_read or did_write.
static void scattered(const struct iovec *v, size_t buffers, size_t n, void (*did)(const void *, size_t, uintptr_t),
                      uintptr_t pc) {
  for (size_t i = 0; i < buffers && n > 0; i++) {
    size_t here = v[i].iov_len < n ? v[i].iov_len : n;
    did(v[i].iov_base, here, pc);
    n -= here;
  }
}

static void reads(const void *p, size_t n, uintptr_t pc) { did_read(p, n, pc); }
static void writes(const void *p, size_t n, uintptr_t pc) { did_write(p, n, pc); }

// will_gather: what the buffers at v hold goes to fd.
static void will_gather(int fd, const struct iovec *v, size_t buffers, uintptr_t pc) {
  did_read(v, buffers * sizeof *v, pc);
  scattered(v, buffers, SIZE_MAX, reads, pc);
  race_fd_release(fd);
}

static ssize_t got_scattered(int fd, const struct iovec *v, size_t buffers, ssize_t r, uintptr_t pc) {
  did_read(v, buffers * sizeof *v, pc);
  if (r < 0 || !g_self()) return r;
  int saved = errno;
  race_fd_acquire(fd);
  scattered(v, buffers, r, writes, pc);
  errno = saved;
  return r;
}

CHECKED ssize_t __crun_readv(int fd, const struct iovec *v, int n) {
  return got_scattered(fd, v, n > 0 ? n : 0, readv(fd, v, n), HERE);
}

CHECKED ssize_t __crun_writev(int fd, const struct iovec *v, int n) {
  will_gather(fd, v, n > 0 ? n : 0, HERE);
  return writev(fd, v, n);
}

CHECKED ssize_t __crun_preadv(int fd, const struct iovec *v, int n, off_t at) {
  return got_scattered(fd, v, n > 0 ? n : 0, preadv(fd, v, n, at), HERE);
}

CHECKED ssize_t __crun_pwritev(int fd, const struct iovec *v, int n, off_t at) {
  will_gather(fd, v, n > 0 ? n : 0, HERE);
  return pwritev(fd, v, n, at);
}

CHECKED ssize_t __crun_recvmsg(int fd, struct msghdr *m, int flags) {
  ssize_t r = recvmsg(fd, m, flags);
  if (r >= 0) did_write(m, sizeof *m, HERE);
  if (r >= 0 && m->msg_name) did_write(m->msg_name, m->msg_namelen, HERE);
  if (r >= 0 && m->msg_control) did_write(m->msg_control, m->msg_controllen, HERE);
  return got_scattered(fd, m->msg_iov, m->msg_iovlen, r, HERE);
}

CHECKED ssize_t __crun_sendmsg(int fd, const struct msghdr *m, int flags) {
  did_read(m, sizeof *m, HERE);
  if (m->msg_name) did_read(m->msg_name, m->msg_namelen, HERE);
  if (m->msg_control) did_read(m->msg_control, m->msg_controllen, HERE);
  will_gather(fd, m->msg_iov, m->msg_iovlen, HERE);
  return sendmsg(fd, m, flags);
}

// Several messages at once. The kernel stores how long each was.
CHECKED int __crun_recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *t) {
  int r = recvmmsg(fd, m, n, flags, t);
  for (int i = 0; i < r; i++) {
    did_write(&m[i], sizeof m[i], HERE);
    got_scattered(fd, m[i].msg_hdr.msg_iov, m[i].msg_hdr.msg_iovlen, m[i].msg_len, HERE);
  }
  return r;
}

CHECKED int __crun_sendmmsg(int fd, struct mmsghdr *m, unsigned n, int flags) {
  for (unsigned i = 0; i < n; i++) will_gather(fd, m[i].msg_hdr.msg_iov, m[i].msg_hdr.msg_iovlen, HERE);
  int r = sendmmsg(fd, m, n, flags);
  for (int i = 0; i < r; i++) did_write(&m[i].msg_len, sizeof m[i].msg_len, HERE);
  return r;
}

// The end of a stream of bytes is news too: who reads 0 bytes knows of the close.
CHECKED int __crun_close(int fd) {
  race_fd_release(fd);
  return close(fd);
}

CHECKED int __crun_shutdown(int fd, int how) {
  race_fd_release(fd);
  return shutdown(fd, how);
}

CHECKED int __crun_fclose(FILE *f) {
  race_fd_release(fileno(f));
  return fclose(f);
}

CHECKED int __crun_connect(int fd, const struct sockaddr *to, socklen_t len) {
  did_read(to, len, HERE);
  race_fd_release(fd);
  return connect(fd, to, len);
}

// accepted: an accept on fd gave r.
static int accepted(int fd, struct sockaddr *from, socklen_t room, socklen_t *len, int r, uintptr_t pc) {
  if (r < 0 || !g_self()) return r;
  int saved = errno;
  race_fd_acquire(fd);
  did_address(from, room, len, pc);
  errno = saved;
  return r;
}

CHECKED int __crun_accept(int fd, struct sockaddr *from, socklen_t *len) {
  socklen_t room = from && len ? *len : 0;
  return accepted(fd, from, room, len, accept(fd, from, len), HERE);
}

CHECKED int __crun_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags) {
  socklen_t room = from && len ? *len : 0;
  return accepted(fd, from, room, len, accept4(fd, from, len, flags), HERE);
}

CHECKED int __crun_getsockname(int fd, struct sockaddr *to, socklen_t *len) {
  socklen_t room = *len;
  int r = getsockname(fd, to, len);
  if (r == 0) did_address(to, room, len, HERE);
  return r;
}

CHECKED int __crun_getpeername(int fd, struct sockaddr *to, socklen_t *len) {
  socklen_t room = *len;
  int r = getpeername(fd, to, len);
  if (r == 0) did_address(to, room, len, HERE);
  return r;
}

CHECKED ssize_t __crun_sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to,
                              socklen_t len) {
  will_write(fd, p, n, HERE);
  did_read(to, to ? len : 0, HERE);
  return sendto(fd, p, n, flags, to, len);
}

// What goes from one descriptor to another without a buffer of the program's.
CHECKED ssize_t __crun_sendfile(int to, int from, off_t *at, size_t n) {
  did_write(at, at ? sizeof *at : 0, HERE);
  fd_passes(from, to);
  return sendfile(to, from, at, n);
}

CHECKED ssize_t __crun_splice(int from, off64_t *from_at, int to, off64_t *to_at, size_t n, unsigned flags) {
  did_write(from_at, from_at ? sizeof *from_at : 0, HERE);
  did_write(to_at, to_at ? sizeof *to_at : 0, HERE);
  fd_passes(from, to);
  return splice(from, from_at, to, to_at, n, flags);
}

CHECKED ssize_t __crun_copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t n, unsigned flags) {
  did_write(from_at, from_at ? sizeof *from_at : 0, HERE);
  did_write(to_at, to_at ? sizeof *to_at : 0, HERE);
  fd_passes(from, to);
  return copy_file_range(from, from_at, to, to_at, n, flags);
}

CHECKED int __crun_eventfd_write(int fd, eventfd_t value) {
  race_fd_release(fd);
  return eventfd_write(fd, value);
}

CHECKED int __crun_eventfd_read(int fd, eventfd_t *value) {
  int r = eventfd_read(fd, value);
  if (r == 0) got(fd, value, sizeof *value, HERE);
  return r;
}

// ---- streams ------------------------------------------------------------------------------------

void did_stream(FILE *f) {
  if (g_self() && f != stdout && f != stderr) race_fd_release(fileno(f));
}

static void stream_write(FILE *f, const void *p, size_t n, uintptr_t pc) {
  did_read(p, n, pc);
  did_stream(f);
}

// Who takes character after character of one buffer asks the descriptor for the first alone: what it acquires then covers
// all that the buffer holds. So a thread notes who asked last (slot and `began` tell all goroutines that ever were apart),
// where the next character was, and how often buffers may have been filled: in a full one it may be in the same place.
static _Atomic uint64_t fills;
static _Thread_local struct {
  const FILE *f;
  const char *next, *end;
  uint64_t fills;
  uint32_t slot, began;
} covered;

// covered_character gives the next character of f, EOF if g would have to ask for it. It never waits for more.
static int covered_character(const race_g *g, FILE *f) {
  if (covered.f != f || covered.slot != g->slot || covered.began != g->began || covered.fills != atomic_load(&fills)) return EOF;
  flockfile(f);
  bool is = f->_IO_read_ptr == covered.next && f->_IO_read_end == covered.end && covered.next < covered.end;
  int c = is ? getc_unlocked(f) : EOF;
  covered.next = f->_IO_read_ptr;
  funlockfile(f);
  return c;
}

void did_fill(void) { atomic_fetch_add(&fills, 1); }

static int asked_character(const race_g *g, FILE *f) {
  did_fill();
  int c = fgetc(f), saved = errno;
  did_fill();
  covered.slot = g->slot, covered.began = g->began, covered.fills = atomic_load(&fills);
  flockfile(f);
  covered.f = f, covered.next = f->_IO_read_ptr, covered.end = f->_IO_read_end;
  funlockfile(f);
  race_fd_acquire(fileno(f));  // after the note, so that it covers what is noted; the end is news too
  errno = saved;
  return c;
}

static int next_character(FILE *f) {
  const race_g *g = g_self();
  if (!g) return fgetc(f);
  int c = covered_character(g, f);
  return c != EOF ? c : asked_character(g, f);
}

// stream_got: f gave n bytes at p; 0: the end, or an error, which may be news too.
static void stream_got(FILE *f, void *p, size_t n, uintptr_t pc) {
  did_fill();
  got(fileno(f), p, n, pc);
}

CHECKED size_t __crun_fread(void *p, size_t size, size_t n, FILE *f) {
  size_t r = fread(p, size, n, f);
  stream_got(f, p, r * size, HERE);
  return r;
}

CHECKED size_t __crun_fwrite(const void *p, size_t size, size_t n, FILE *f) {
  stream_write(f, p, size * n, HERE);
  return fwrite(p, size, n, f);
}

CHECKED int __crun_fgetc(FILE *f) { return next_character(f); }
CHECKED int __crun_getc(FILE *f) { return next_character(f); }
CHECKED int __crun_getchar(void) { return next_character(stdin); }

CHECKED int __crun_fputc(int c, FILE *f) {
  did_stream(f);
  return fputc(c, f);
}
CHECKED int __crun_putc(int c, FILE *f) {
  did_stream(f);
  return fputc(c, f);
}

// What was written to the streams goes out now; nil is all of them, each of which released when it was written to.
CHECKED int __crun_fflush(FILE *f) {
  if (f) did_stream(f);
  return fflush(f);
}

CHECKED char *__crun_fgets(char *s, int n, FILE *f) {
  char *r = fgets(s, n, f);
  stream_got(f, s, r ? strnlen(s, n) + 1 : 0, HERE);
  return r;
}

CHECKED int __crun_fputs(const char *s, FILE *f) {
  stream_write(f, s, strlen(s) + 1, HERE);
  return fputs(s, f);
}

CHECKED int __crun_puts(const char *s) {
  stream_write(stdout, s, strlen(s) + 1, HERE);
  return puts(s);
}

static ssize_t line(char **p, size_t *n, int end, FILE *f, uintptr_t pc) {
  did_read(p, sizeof *p, pc);
  did_read(n, sizeof *n, pc);
  char *old = *p;
  ssize_t r = getdelim(p, n, end, f);
  if (*p != old) {
    did_write(p, sizeof *p, pc);
    did_write(n, sizeof *n, pc);
  }
  stream_got(f, *p, r + 1, pc);
  return r;
}

CHECKED ssize_t __crun_getline(char **p, size_t *n, FILE *f) { return line(p, n, '\n', f, HERE); }
CHECKED ssize_t __crun_getdelim(char **p, size_t *n, int end, FILE *f) {
  return line(p, n, end, f, HERE);
}

// ---- -D_FORTIFY_SOURCE --------------------------------------------------------------------------

ssize_t __read_chk(int, void *, size_t, size_t);
ssize_t __pread_chk(int, void *, size_t, off_t, size_t);
ssize_t __recv_chk(int, void *, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *);
size_t __fread_chk(void *, size_t, size_t, size_t, FILE *);
char *__fgets_chk(char *, size_t, int, FILE *);

CHECKED ssize_t __crun___read_chk(int fd, void *p, size_t n, size_t room) {
  return got(fd, p, __read_chk(fd, p, n, room), HERE);
}

CHECKED ssize_t __crun___pread_chk(int fd, void *p, size_t n, off_t at, size_t room) {
  return got(fd, p, __pread_chk(fd, p, n, at, room), HERE);
}

CHECKED ssize_t __crun___pread64_chk(int fd, void *p, size_t n, off_t at, size_t room) {
  return got(fd, p, __pread_chk(fd, p, n, at, room), HERE);
}

CHECKED ssize_t __crun___recv_chk(int fd, void *p, size_t n, size_t room, int flags) {
  return received(fd, p, n, __recv_chk(fd, p, n, room, flags), HERE);
}

CHECKED ssize_t __crun___recvfrom_chk(int fd, void *p, size_t n, size_t room, int flags,
                                      struct sockaddr *from, socklen_t *len) {
  socklen_t space = from && len ? *len : 0;
  ssize_t r = received(fd, p, n, __recvfrom_chk(fd, p, n, room, flags, from, len), HERE);
  if (r >= 0) did_address(from, space, len, HERE);
  return r;
}

CHECKED size_t __crun___fread_chk(void *p, size_t room, size_t size, size_t n, FILE *f) {
  size_t r = __fread_chk(p, room, size, n, f);
  stream_got(f, p, r * size, HERE);
  return r;
}

CHECKED char *__crun___fgets_chk(char *s, size_t room, int n, FILE *f) {
  char *r = __fgets_chk(s, room, n, f);
  stream_got(f, s, r ? strnlen(s, n) + 1 : 0, HERE);
  return r;
}
