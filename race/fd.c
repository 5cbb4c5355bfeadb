// SPDX-License-Identifier: Apache-2.0
// fd.c: which sync object stands for what is behind a descriptor, so that what goes through it orders who writes before who reads.
//
//   R1: before a write, a close, the setting of a timer, the entry of an epoll: on the object's place
//   A1: after what came of it: a read, an end, an accept, an event
//
// A pipe or file is told by device and inode, which both ends of a pipe have in common. An eventfd shares its inode with all
// others, but /proc tells its number. Sockets have nothing in common with their peers: all of them are one place; so are the
// two sides of terminals, timerfds, and other kinds without an inode of their own. Two objects may share a place: more order
// than there is, so a race can be missed there, and no false alarm is made.
//
// What could not be told for the moment (no /proc, no descriptor left to read it by) may be any object: a release of it
// reaches whoever acquires, and an acquire takes what was released anywhere.
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "edge.h"
#include "race.h"

// Only their addresses count.
enum { UNKNOWN, SOCKETS, TERMINALS, TIMERS, OTHERS, FIRST_INODE, FIRST_EVENTFD = 4096, FIRST_NUMBER = 8192, PLACES = 9216 };
static uint64_t place[PLACES];

// ---- which place ----------------------------------------------------------------------------------

// fdinfo reads what /proc tells of fd, at most n-1 bytes. By plain system calls, which are no points of cancellation.
static bool fdinfo(int fd, char *text, size_t n) {
  char path[48];
  snprintf(path, sizeof path, "/proc/thread-self/fdinfo/%d", fd);
  int info = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (info < 0) return false;
  long got = syscall(SYS_read, info, text, n - 1);
  syscall(SYS_close, info);
  text[got > 0 ? got : 0] = 0;
  return got > 0;
}

// anonymous is the place of a descriptor without an inode of its own. Kernels before 5.2 number no eventfds: one place.
static int anonymous(int fd) {
  char text[512];
  if (!fdinfo(fd, text, sizeof text)) return UNKNOWN;
  const char *id = strstr(text, "\neventfd-id:");
  if (id) return FIRST_EVENTFD + (int)(strtoul(id + strlen("\neventfd-id:"), NULL, 10) % (FIRST_NUMBER - FIRST_EVENTFD));
  return strstr(text, "\nclockid:") ? TIMERS : OTHERS;
}

static bool is_terminal(dev_t d) {
  return (major(d) >= 136 && major(d) <= 143) || d == makedev(5, 2) || (major(d) >= 2 && major(d) <= 3);
}

static int place_of(int fd) {
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) return UNKNOWN;
  if (S_ISSOCK(st.st_mode)) return SOCKETS;
  if (S_ISCHR(st.st_mode) && is_terminal(st.st_rdev)) return TERMINALS;
  if ((st.st_mode & S_IFMT) == 0) return anonymous(fd);
  return FIRST_INODE + (int)((st.st_ino * 0x9e3779b97f4a7c15ull + st.st_dev) % (FIRST_EVENTFD - FIRST_INODE));
}

// ---- edges ----------------------------------------------------------------------------------------

static void release(int at) { edge_release_merge(&place[at]); }

// through[p] is the place whose bytes go on to p by themselves: 0 none, MANY several.
enum { MANY = -1, HOPS = 8 };
static _Atomic int through[PLACES];

static void acquire_all(void) {
  for (int i = 0; i < PLACES; i++)
    if (syncvar_maybe((uintptr_t)&place[i])) edge_acquire(&place[i]);
}

static void acquire(int at) {
  for (int hop = 0; at != UNKNOWN && at != MANY && hop < HOPS; hop++) {
    edge_acquire(&place[at]);
    at = atomic_load(&through[at]);
    if (at == 0) {
      if (syncvar_maybe((uintptr_t)&place[UNKNOWN])) edge_acquire(&place[UNKNOWN]);
      return;
    }
  }
  acquire_all();
}

// leads: *link leads to `at` from now on, beside where it led before.
static void leads(_Atomic int *link, int at) {
  int none = 0;
  if (at == UNKNOWN) at = MANY;
  if (!atomic_compare_exchange_strong(link, &none, at) && none != at) atomic_store(link, MANY);
}

// A descriptor that is none carries nothing.
static bool is_none(int fd) { return fd < 0 || (syscall(SYS_fcntl, fd, F_GETFD) < 0 && errno == EBADF); }

void race_fd_release(int fd) {
  if (!g_self()) return;
  int saved = errno, at = place_of(fd);
  if (at != UNKNOWN || !is_none(fd)) release(at);  // R1
  errno = saved;
}

void race_fd_acquire(int fd) {
  if (!g_self()) return;
  int saved = errno, at = place_of(fd);
  if (at != UNKNOWN || !is_none(fd)) acquire(at);  // A1
  errno = saved;
}

void fd_passes(int from, int to) {
  if (!g_self()) return;
  int saved = errno, out = place_of(to), in = place_of(from);
  race_fd_release(to);  // R1
  if (in != out && out != UNKNOWN) leads(&through[out], in);
  errno = saved;
}

void fd_timer_release(void) {
  if (g_self()) release(TIMERS);  // R1
}

void fd_number_release(int number) {
  if (g_self()) release(FIRST_NUMBER + (unsigned)number % (PLACES - FIRST_NUMBER));  // R1
}

void fd_number_acquire(int number) {
  if (g_self()) acquire(FIRST_NUMBER + (unsigned)number % (PLACES - FIRST_NUMBER));  // A1
}

// ---- epoll ----------------------------------------------------------------------------------------

// An entry of an epoll is told by the data that it carries, and leads to the place of its descriptor: none yet, one, or
// (MANY) those of several. The entries themselves are places too.
enum { WATCHES = 4096 };
static _Atomic int watched[WATCHES];

static unsigned watch_of(uint64_t data) { return (unsigned)(data * 0x9e3779b97f4a7c15ull >> 52); }

void fd_watch_release(int fd, uint64_t data) {
  if (!g_self()) return;
  int saved = errno, at = place_of(fd);
  _Atomic int *w = &watched[watch_of(data)];
  leads(w, at);
  edge_release_merge(w);  // R1
  errno = saved;
}

void fd_watch_acquire(uint64_t data, int ready) {
  if (!g_self()) return;
  _Atomic int *w = &watched[watch_of(data)];
  edge_acquire(w);  // A1
  int at = atomic_load(w);
  if (ready && at) acquire(at);  // A1
}
