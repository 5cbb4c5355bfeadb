// SPDX-License-Identifier: Apache-2.0
// What libc's waits, scans and questions store through a pointer of the program's is a write of the caller's.
// ARGS: 0..23
// RACE: write A, read B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

struct {
  int first;  // what main reads
  union {
    char bytes[4096];
    long number;
    fd_set set;
    struct epoll_event event;
    struct timespec left;
    struct sockaddr_storage address;
    siginfo_t info;
    struct rusage usage;
    struct utsname system;
    struct tm tm;
    double real;
    struct pollfd poll;
  };
} r;
int queue, pair[2];
socklen_t room = sizeof r.address;
static int by_first(const void *a, const void *b, void *arg) { return *(const char *)a - *(const char *)b; }

static void prepare(int n) {
  queue = epoll_create1(0);
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) abort();
  if (bind(pair[0], &(struct sockaddr){.sa_family = AF_UNIX}, sizeof(sa_family_t))) abort();  // a name of its own
  struct epoll_event e = {.events = EPOLLOUT};
  epoll_ctl(queue, EPOLL_CTL_ADD, pair[0], &e);
  if (send(pair[0], "x", 1, 0) != 1) abort();
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, NULL);
  if (n == 3 || n == 4) kill(getpid(), SIGUSR1);
  if ((n == 5 || n == 6) && fork() == 0) _exit(1);
  r.poll.fd = pair[0];
  r.poll.events = POLLOUT;
  r.tm.tm_mday = n == 18 ? 1 : r.tm.tm_mday;
}

static const sigset_t *ones(void) {
  static _Thread_local sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  return &set;
}

// clang-format off
#define CALL(n)                                                                       \
  ((n) == 0   ? (void)epoll_wait(queue, &r.event, 1, -1)                              \
   : (n) == 1 ? (void)select(1, &r.set, NULL, NULL, &(struct timeval){0})             \
   : (n) == 2 ? (void)epoll_pwait(queue, &r.event, 1, -1, NULL)                       \
   : (n) == 3 ? (void)sigwait(ones(), (int *)r.bytes)                                 \
   : (n) == 4 ? (void)sigwaitinfo(ones(), &r.info)                                    \
   : (n) == 5 ? (void)waitpid(-1, (int *)r.bytes, 0)                                  \
   : (n) == 6 ? (void)wait((int *)r.bytes)                                            \
   : (n) == 7 ? (void)recvfrom(pair[1], &(char){0}, 1, 0, (struct sockaddr *)&r.address, &room) \
   : (n) == 8 ? (void)getsockname(pair[1], (struct sockaddr *)&r.address, &room)      \
   : (n) == 9 ? (void)getrusage(RUSAGE_SELF, &r.usage)                                \
   : (n) == 10 ? (void)uname(&r.system)                                               \
   : (n) == 11 ? (void)pthread_getname_np(pthread_self(), r.bytes, 64)                \
   : (n) == 12 ? (void)getcwd(r.bytes, sizeof r.bytes)                                \
   : (n) == 13 ? (void)sscanf("7 x", "%ld", &r.number)                                \
   : (n) == 14 ? (void)sscanf("7 x", "%*d %s", r.bytes)                               \
   : (n) == 15 ? (void)sscanf("1.5", "%lf", &r.real)                                  \
   : (n) == 16 ? (void)sscanf("ab", "%[a-b]", r.bytes)                                \
   : (n) == 17 ? (void)strftime(r.bytes, 64, "%H", &(struct tm){0})                   \
   : (n) == 18 ? (void)mktime(&r.tm)                                                  \
   : (n) == 19 ? (void)qsort_r(r.bytes, 4, 1, by_first, NULL)                         \
   : (n) == 20 ? (void)gethostname(r.bytes, 64)                                       \
   : (n) == 21 ? (void)readlink("/proc/self/exe", r.bytes, 64)                        \
   : (n) == 22 ? (void)ctime_r(&(time_t){0}, r.bytes)                                 \
               : (void)pselect(1, &r.set, NULL, NULL, &(struct timespec){0}, NULL))
// clang-format on

static void *thread(void *arg) {
  int n = atoi(arg);
  racer(0);
  CALL(n);  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  prepare(atoi(argv[1]));
  spawn(thread, argv[1]);
  racer(1);
  use(*(volatile char *)r.bytes);  // @B
  next();
  turn(2);
}
