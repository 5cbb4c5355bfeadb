// SPDX-License-Identifier: Apache-2.0
// posix_test.c: POSIX's calls on goroutines park them, and off goroutines are libc's.
//
// That a call parks is shown with CRUNMAXPROCS=1 and no time limit: the goroutine that would end the wait
// needs the thread, and main's count of threads does not grow.
#include "sync_help.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "base/os.h"
#include "io/netpoll.h"
#include "sched/sched.h"

__attribute__((noinline)) static int errno_now(void) {
  __asm__ volatile("" ::: "memory");
  return errno;
}

// waiting is until the n'th goroutine waits for the poller.
static void waiting(uint32_t n) { until(netpoll_waiters() >= n); }

static void echo_fd(int fd, cr_waitgroup *wg) {
  char buf[100];
  ssize_t n;
  while ((n = read(fd, buf, sizeof buf)) > 0) check_eq(write(fd, buf, (size_t)n), n);
  check_eq(n, 0);
  check_eq(close(fd), 0);
  cr_waitgroup_done(wg);
}

// A hundred goroutines that read are no hundred threads.
static void reads_park(void) {
  enum { N = 100 };
  int s[N][2], threads = os_threads();
  cr_waitgroup wg = {0};
  for (int i = 0; i < N; i++) {
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s[i]) == 0);
    cr_waitgroup_add(&wg, 1);
    cr_go(echo_fd, s[i][1], &wg);
  }
  waiting(N);
  check(os_threads() <= threads + 2 * cr_maxprocs() + 3);
  char c;
  for (int round = 0; round < 10; round++)
    for (int i = 0; i < N; i++) {
      check_eq(send(s[i][0], "x", 1, 0), 1);
      check_eq(recv(s[i][0], &c, 1, 0), 1);
    }
  for (int i = 0; i < N; i++) {
    check_eq(fcntl(s[i][0], F_GETFL) & O_NONBLOCK, 0);  // the mode is left alone
    close(s[i][0]);
  }
  cr_waitgroup_wait(&wg);
}

static void serve_one(int l, cr_waitgroup *wg) {
  struct sockaddr_in from;
  socklen_t len = sizeof from;
  int fd = accept(l, (struct sockaddr *)&from, &len);
  check(fd >= 0 && from.sin_family == AF_INET);
  check_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  echo_fd(fd, wg);
}

static void accept_and_connect(void) {
  int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof at;
  check(bind(l, (void *)&at, len) == 0 && listen(l, 64) == 0 && getsockname(l, (void *)&at, &len) == 0);
  cr_waitgroup wg = {0};
  for (int i = 0; i < 10; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(serve_one, l, &wg);
  }
  for (int i = 0; i < 10; i++) {
    int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check_eq(connect(c, (void *)&at, sizeof at), 0);
    check_eq(connect(c, (void *)&at, sizeof at), -1);
    check_eq(errno_now(), EISCONN);
    char out[1000] = "abc", in[1000];
    struct iovec v[2] = {{out, 500}, {out + 500, 500}};
    check_eq(writev(c, v, 2), 1000);
    check_eq(recv(c, in, sizeof in, MSG_WAITALL), 1000);
    check(memcmp(in, out, sizeof in) == 0);
    close(c);
  }
  cr_waitgroup_wait(&wg);
  close(l);
  int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check_eq(connect(c, (void *)&at, sizeof at), -1);
  check_eq(errno_now(), ECONNREFUSED);
  close(c);
}

static void drain(int fd, size_t want, cr_waitgroup *wg) {
  char buf[5000];
  for (ssize_t n; want > 0; want -= (size_t)n) check((n = read(fd, buf, sizeof buf)) > 0);
  cr_waitgroup_done(wg);
}

// A blocking write writes all, as in libc, though the reader needs the thread in between.
static void writes_are_whole(void) {
  int p[2], s[2];
  enum { ALL = 1 << 20 };
  char *big = calloc(1, ALL);
  check(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2);
  cr_go(drain, p[0], (size_t)2 * ALL, &wg);
  check_eq(write(p[1], big, ALL), ALL);
  struct iovec v[3] = {{big, 1}, {big, ALL - 2}, {big, 1}};
  check_eq(writev(p[1], v, 3), ALL);
  cr_go(drain, s[0], (size_t)2 * ALL, &wg);
  check_eq(send(s[1], big, ALL, MSG_NOSIGNAL), ALL);
  struct msghdr m = {.msg_iov = v, .msg_iovlen = 3};
  check_eq(sendmsg(s[1], &m, 0), ALL);
  cr_waitgroup_wait(&wg);
  free(big);
  for (int i = 0; i < 2; i++) close(p[i]), close(s[i]);
}

// Who asked not to wait does not; a socket's own time limit holds.
static void limits_are_the_descriptors(void) {
  int p[2], s[2];
  char c;
  check(pipe2(p, O_NONBLOCK) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
  check_eq(read(p[0], &c, 1), -1);
  check_eq(errno_now(), EAGAIN);
  check_eq(recv(s[0], &c, 1, MSG_DONTWAIT), -1);
  check_eq(errno_now(), EAGAIN);
  struct timeval t = {0, 2000};
  setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
  int64_t start = cr_nanotime();
  check_eq(read(s[0], &c, 1), -1);
  check_eq(errno_now(), EAGAIN);
  check(cr_nanotime() - start >= 2 * CR_MILLISECOND);
  for (int i = 0; i < 2; i++) close(p[i]), close(s[i]);
}

static void later(int fd) {
  waiting(1);
  check_eq(write(fd, "x", 1), 1);
}

// With one P: who waits in select lets the writer run. Sets, count and the time that is left are as select's.
static void selects(int in, int out, _Atomic int *got) {
  fd_set r, w;
  struct timeval t = {1000, 0};
  FD_ZERO(&r);
  FD_ZERO(&w);
  FD_SET(in, &r);
  *got = select(in + 1, &r, NULL, NULL, &t) + 10 * !!FD_ISSET(in, &r) + 100 * (t.tv_sec >= 0 && t.tv_sec < 1000);
  FD_SET(out, &w);
  *got += 1000 * select(out + 1, NULL, &w, NULL, NULL) + 10000 * !!FD_ISSET(out, &w);
}

static void select_parks(void) {
  int p[2], q[2];
  _Atomic int got = 0;
  check(pipe(p) == 0 && pipe(q) == 0);
  uint32_t n = netpoll_waiters();
  cr_go(selects, p[0], q[1], &got);
  waiting(n + 1);
  check(write(p[1], "x", 1) == 1);
  until(got == 11111);
  fd_set r;
  FD_ZERO(&r);
  FD_SET(q[0], &r);
  struct timeval t = {0, 2000};
  check(select(q[0] + 1, &r, NULL, NULL, &t) == 0 && !FD_ISSET(q[0], &r) && t.tv_sec == 0 && t.tv_usec == 0);
  struct timespec ms = {0, 2000000};
  check_eq(ppoll(&(struct pollfd){.fd = q[0], .events = POLLIN}, 1, &ms, NULL), 0);
  for (int i = 0; i < 2; i++) close(p[i]), close(q[i]);
  FD_SET(q[0], &r);
  check(select(q[0] + 1, &r, NULL, NULL, NULL) == -1 && errno == EBADF);
}

static void waits_for_events(int set, _Atomic int *got) {
  struct epoll_event e[2] = {0};
  for (int i = 0; i < 3; i++) {
    int n = epoll_wait(set, e, 2, -1);
    char c;
    check_eq(read((int)e[0].data.u64, &c, 1), 1);
    *got += n;
  }
}

// An event that nobody took is there for the next call; a set in a set is one more descriptor.
static void epoll_wait_parks(void) {
  int p[2], set = epoll_create1(0), outer = epoll_create1(0);
  _Atomic int got = 0;
  check(pipe(p) == 0);
  struct epoll_event in = {.events = EPOLLIN, .data.u64 = (uint64_t)p[0]}, e, nested = {.events = EPOLLIN};
  check_eq(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &in), 0);
  check_eq(epoll_ctl(outer, EPOLL_CTL_ADD, set, &nested), 0);
  check_eq(epoll_wait(set, &e, 1, 2), 0);
  uint32_t n = netpoll_waiters();
  cr_go(waits_for_events, set, &got);
  for (int i = 0; i < 3; i++) {
    waiting(n + 1);
    check_eq(write(p[1], "x", 1), 1);
    until(got == i + 1);
  }
  check_eq(write(p[1], "x", 1), 1);
  for (int i = 0; i < 2; i++) {
    check_eq(epoll_wait(outer, &e, 1, -1), 1);
    check_eq(epoll_wait(set, &e, 1, 1000000), 1);
  }
  check_eq(epoll_wait(p[0], &e, 1, -1), -1);
  check_eq(errno_now(), EINVAL);
  for (int i = 0; i < 2; i++) close(p[i]);
  close(set), close(outer);
  check_eq(epoll_wait(set, &e, 1, -1), -1);
  check_eq(errno_now(), EBADF);
}

static void poll_parks(void) {
  int p[20][2];
  struct pollfd f[22];
  for (int i = 0; i < 20; i++) {
    check(pipe(p[i]) == 0);
    f[i] = (struct pollfd){.fd = p[i][0], .events = POLLIN};
  }
  f[20] = (struct pollfd){.fd = -1, .events = POLLIN};
  check_eq(poll(f, 21, 0), 0);
  int64_t start = cr_nanotime();
  check_eq(poll(f, 21, 3), 0);
  check(cr_nanotime() - start >= 3 * CR_MILLISECOND);
  cr_go(later, p[17][1]);
  check_eq(poll(f, 21, -1), 1);
  check_eq(f[17].revents, POLLIN);
  f[21] = (struct pollfd){.fd = p[3][1], .events = POLLOUT};
  check_eq(poll(f, 22, -1), 2);
  check_eq(f[21].revents, POLLOUT);
  close(p[5][0]);
  check_eq(poll(f, 21, -1), 2);
  check_eq(f[5].revents, POLLNVAL);
  for (int i = 0; i < 20; i++) {
    if (i != 5) close(p[i][0]);
    close(p[i][1]);
  }
}

static void naps(int kind, _Atomic int *n, cr_waitgroup *wg) {
  struct timespec t = {0, 2000000};
  int64_t start = cr_nanotime();
  if (kind == 0) check_eq(usleep(2000), 0);
  if (kind == 1) check_eq(nanosleep(&t, NULL), 0);
  if (kind == 2) check_eq(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL), 0);
  check(cr_nanotime() - start >= 2 * CR_MILLISECOND);
  (*n)++;
  cr_waitgroup_done(wg);
}

static void sleeping_parks(void) {
  int threads = os_threads();
  cr_waitgroup wg = {0};
  _Atomic int n = 0;
  for (int i = 0; i < 300; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(naps, i % 3, &n, &wg);
  }
  check_eq(sleep(0), 0);
  check(os_threads() <= threads + 2 * cr_maxprocs() + 3);
  cr_waitgroup_wait(&wg);
  check_eq(n, 300);
  struct timespec bad = {0, 1000000000}, past = {1, 0};
  check_eq(nanosleep(&bad, NULL), -1);
  check_eq(errno_now(), EINVAL);
  check_eq(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL), EINVAL);
  check_eq(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL), 0);
}

static void regular_files(void) {
  char name[] = "posix_test.XXXXXX", buf[8] = "";
  int fd = mkstemp(name);
  check(fd >= 0);
  unlink(name);
  check_eq(write(fd, "hello", 5), 5);
  check_eq(lseek(fd, 0, SEEK_SET), 0);
  check_eq(read(fd, buf, 2), 2);
  check_eq(read(fd, buf + 2, 6), 3);  // the file's own place moves
  check(strcmp(buf, "hello") == 0);
  check_eq(read(fd, buf, 6), 0);
  close(fd);
  check_eq(read(fd, buf, 6), -1);
  check_eq(errno_now(), EBADF);
  check_eq(write(-1, buf, 1), -1);
  check_eq(errno_now(), EBADF);
}

static void closed_under(int fd, cr_waitgroup *wg) {
  char c;
  check_eq(read(fd, &c, 1), -1);
  check_eq(errno_now(), EBADF);
  cr_waitgroup_done(wg);
}

static void close_wakes_readers(void) {
  for (int round = 0; round < 50; round++) {
    int p[2];
    cr_waitgroup wg = {0};
    check(pipe(p) == 0);
    cr_waitgroup_add(&wg, 2);
    for (int i = 0; i < 2; i++) cr_go(closed_under, p[0], &wg);
    waiting(2);
    close(p[0]);
    cr_waitgroup_wait(&wg);
    close(p[1]);
  }
}

// errno is that of the call, whichever thread the goroutine woke up on, and other goroutines have theirs.
static void errno_after_parks(cr_waitgroup *wg) {
  for (int i = 0; i < 100; i++) {
    int s[2];
    char c;
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    struct timeval t = {0, 100};
    setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    check_eq(read(s[0], &c, 1), -1);
    check_eq(errno_now(), EAGAIN);
    close(s[0]), close(s[1]);
    check_eq(read(s[0] | 1 << 20, &c, 1), -1);
    check_eq(errno_now(), EBADF);
  }
  cr_waitgroup_done(wg);
}

static void errno_is_right(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 20);
  for (int i = 0; i < 20; i++) cr_go(errno_after_parks, &wg);
  cr_waitgroup_wait(&wg);
}

static void *on_a_thread(void *arg) {
  int *p = arg;
  char c;
  return (void *)(intptr_t)read(p[0], &c, 1);
}

// On a thread of the program's own the call is libc's: a cancellation point, and no goroutine of ours.
static void threads_are_left_alone(void) {
  int p[2];
  pthread_t t;
  void *r;
  uint64_t goroutines = cr_num_goroutines();
  check(pipe(p) == 0 && pthread_create(&t, NULL, on_a_thread, p) == 0);
  pthread_cancel(t);
  check(pthread_join(t, &r) == 0 && r == PTHREAD_CANCELED);
  check(cr_num_goroutines() <= goroutines);  // those of earlier tests may just end
  close(p[0]), close(p[1]);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {
      GO_TEST(reads_park),    GO_TEST(accept_and_connect), GO_TEST(writes_are_whole),    GO_TEST(limits_are_the_descriptors),
      GO_TEST(select_parks), GO_TEST(poll_parks), GO_TEST(epoll_wait_parks),    GO_TEST(sleeping_parks),     GO_TEST(regular_files),       GO_TEST(close_wakes_readers),
      GO_TEST(errno_is_right), GO_TEST(threads_are_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
