// SPDX-License-Identifier: Apache-2.0
// netpoll_test.c: waiting for descriptors: who is woken, by what, and what is left behind.
#include "sync_help.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "base/sys.h"
#include "io/netpoll.h"
#include "sched/sched.h"
#include "time/timer.h"

static int64_t in(int64_t ns) { return nanotime() + ns; }

// look is read(2) that parks: what every user of the poller does.
static int look(int fd, void *p, size_t n, int64_t when_ns) {
  struct netpoll_desc *d = netpoll_desc(fd);
  for (;;) {
    rt_enter();
    uint32_t seen = netpoll_events(d, NETPOLL_IN);
    int r = (int)sys(SYS_read, fd, p, n);
    if (r == -EAGAIN && (r = netpoll_wait(d, fd, NETPOLL_IN, seen, when_ns)) == 0) r = -EAGAIN;
    rt_exit();
    if (r != -EAGAIN) return r;
  }
}

static void make_pipe(int p[2]) { check(pipe2(p, O_NONBLOCK | O_CLOEXEC) == 0); }

static void reads_all(int fd, _Atomic int *sum, cr_waitgroup *wg) {
  unsigned char c;
  while (look(fd, &c, 1, INT64_MAX) == 1) *sum += c;
  cr_waitgroup_done(wg);
}

// What is written is read, by as many as there are, however the bytes fall among them; the end of the file
// reaches all.
static void all_readers_of_a_pipe(void) {
  int p[2];
  make_pipe(p);
  _Atomic int sum = 0;
  cr_waitgroup wg = {0};
  for (int i = 0; i < 10; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(reads_all, p[0], &sum, &wg);
  }
  for (int i = 0; i < 2000; i++) {
    check_eq(write(p[1], "\1\2\3", 3), 3);
    if (i % 7 == 0) cr_yield();
    if (i % 50 == 0) until(sum == 6 * (i + 1));
  }
  close(p[1]);
  cr_waitgroup_wait(&wg);
  check_eq(sum, 12000);
  close(p[0]);
}

// Main alone waits for a child process: nothing is dead.
static void nobody_runs(void) {
  int p[2];
  make_pipe(p);
  pid_t pid = fork();
  if (pid == 0) {
    usleep(30000);
    _exit(write(p[1], "x", 1) == 1 ? 0 : 1);
  }
  char c = 0;
  check_eq(look(p[0], &c, 1, INT64_MAX), 1);
  check_eq(c, 'x');
  int status;
  check(waitpid(pid, &status, 0) == pid && status == 0);
  close(p[0]), close(p[1]);
}

static void time_passes(void) {
  int p[2];
  char c;
  make_pipe(p);
  int64_t limits[] = {INT64_MIN, -1, 0, 1, 1000, 3000000};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    int64_t when = limits[i] <= 0 ? limits[i] : in(limits[i]);
    check_eq(look(p[0], &c, 1, when), -ETIMEDOUT);
    check(nanotime() >= when);
  }
  for (int i = 0; i < 2000; i++) {  // the moment and the byte come together
    check(write(p[1], "x", 1) == 1);
    check_eq(look(p[0], &c, 1, in(i)), 1);
    check_eq(look(p[0], &c, 1, in(i * 10)), -ETIMEDOUT);
  }
  close(p[0]), close(p[1]);
}

static void writes_later(int fd) {
  for (int i = 0; i < 50; i++) cr_yield();
  check(write(fd, "x", 1) == 1);
}

// Of several descriptors one is enough; a place that is nowhere is never ready.
static void any_of_many(void) {
  enum { N = 8 };
  int p[N][2];
  for (int i = 0; i < N; i++) make_pipe(p[i]);
  for (int round = 0; round < 100; round++) {
    struct netpoll_waiter w[N + 1] = {{.d = NULL}};
    for (int i = 0; i < N; i++)
      w[i] = (struct netpoll_waiter){.d = netpoll_desc(p[i][0]), .fd = p[i][0], .seen = netpoll_events(netpoll_desc(p[i][0]), NETPOLL_IN)};
    int k = round % N;
    cr_go(writes_later, p[k][1]);
    char c;
    int got = 0;
    while (got != 1) {
      for (int i = 0; i < N; i++) w[i].seen = netpoll_events(w[i].d, NETPOLL_IN);
      got = (int)read(p[k][0], &c, 1);
      if (got == 1) break;
      rt_enter();
      check_eq(netpoll_wait_any(w, N + 1, INT64_MAX), 0);
      rt_exit();
    }
    for (int i = 0; i < N; i++) check(!netpoll_desc(p[i][0])->side[NETPOLL_IN].first);
  }
  for (int i = 0; i < N; i++) close(p[i][0]), close(p[i][1]);
}

// Writers wait until there is room.
static void fills(int fd, size_t bytes) {
  struct netpoll_desc *d = netpoll_desc(fd);
  static char zeros[4096];
  while (bytes) {
    rt_enter();
    uint32_t seen = netpoll_events(d, NETPOLL_OUT);
    long r = sys(SYS_write, fd, zeros, bytes < sizeof zeros ? bytes : sizeof zeros);
    if (r == -EAGAIN) check_eq(netpoll_wait(d, fd, NETPOLL_OUT, seen, INT64_MAX), 0);
    rt_exit();
    if (r > 0) bytes -= (size_t)r;
  }
  close(fd);
}

static void room_to_write(void) {
  int p[2];
  make_pipe(p);
  enum { ALL = 3000000 };
  cr_go(fills, p[1], (size_t)ALL);
  static char buf[1000];
  int n = 0;
  for (int r; (r = look(p[0], buf, sizeof buf, INT64_MAX)) != 0; n += r) check(r > 0);
  check_eq(n, ALL);
  close(p[0]);
}

static void what_cannot_be_waited_for(void) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct netpoll_desc *d = netpoll_desc(fd);
  rt_enter();
  check_eq(netpoll_wait(d, fd, NETPOLL_IN, netpoll_events(d, NETPOLL_IN), INT64_MAX), -EPERM);
  close(fd);
  check_eq(netpoll_wait(d, fd, NETPOLL_IN, netpoll_events(d, NETPOLL_IN), INT64_MAX), -EBADF);
  rt_exit();
  check(!netpoll_desc(-1) && !netpoll_desc(INT32_MAX));
}

static void *thread_looks(void *arg) {
  char c;
  return (void *)(intptr_t)look(*(int *)arg, &c, 1, INT64_MAX);
}

// A thread that is not ours may wait too, while all goroutines are asleep.
static void a_thread_waits(void) {
  int p[2];
  make_pipe(p);
  pthread_t t;
  void *r = NULL;
  check(pthread_create(&t, NULL, thread_looks, &p[0]) == 0);
  until(netpoll_waiters() > 0);
  cr_sleep(CR_MILLISECOND);
  check(write(p[1], "x", 1) == 1);
  pthread_join(t, &r);
  check_eq((intptr_t)r, 1);
  close(p[0]), close(p[1]);
}

static void echoes(int from, int to) {
  char c;
  while (look(from, &c, 1, INT64_MAX) == 1) check(write(to, &c, 1) == 1);
  close(to);
  close(from);
}

// The number of a file that was closed behind our back is used again, each time by another file.
static void reused_numbers(void) {
  for (int round = 0; round < 300; round++) {
    int a[2], b[2];
    char c = (char)round, back = 0;
    make_pipe(a);
    make_pipe(b);
    cr_go(echoes, a[0], b[1]);
    for (int i = 0; i < 3; i++) {
      check(write(a[1], &c, 1) == 1);
      check_eq(look(b[0], &back, 1, INT64_MAX), 1);
      check_eq(back, c);
    }
    close(a[1]);
    check_eq(look(b[0], &back, 1, INT64_MAX), 0);
    close(b[0]);
  }
}

// The child's set is its own: what it waits for, and closes, the parent does not see.
static void fork_has_its_own(void) {
  int p[2], q[2];
  char c;
  make_pipe(p);
  make_pipe(q);
  check_eq(look(p[0], &c, 1, in(1000)), -ETIMEDOUT);  // p is in the parent's set
  pid_t pid = fork();
  if (pid == 0) {
    int r = look(p[0], &c, 1, in(50000)) == -ETIMEDOUT && look(q[0], &c, 1, INT64_MAX) == 1 ? 0 : 1;
    close(p[0]);
    _exit(r);
  }
  check(write(q[1], "x", 1) == 1);
  int status;
  check(waitpid(pid, &status, 0) == pid);
  check_eq(status, 0);
  cr_go(writes_later, p[1]);
  check_eq(look(p[0], &c, 1, INT64_MAX), 1);
  close(p[0]), close(p[1]), close(q[0]), close(q[1]);
}

static _Atomic bool stop_computing;

static void computes(void) {
  while (!stop_computing) {}
}

// With every P busy, sysmon looks.
static void nobody_is_idle(void) {
  int p[2];
  char c;
  make_pipe(p);
  for (int i = 0; i < cr_maxprocs(); i++) cr_go(computes);
  cr_go(writes_later, p[1]);
  check_eq(look(p[0], &c, 1, INT64_MAX), 1);
  stop_computing = true;
  close(p[0]), close(p[1]);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {
      GO_TEST(all_readers_of_a_pipe), GO_TEST(nobody_runs),    GO_TEST(time_passes),      GO_TEST(any_of_many),
      GO_TEST(room_to_write),         GO_TEST(a_thread_waits), GO_TEST(reused_numbers),   GO_TEST(fork_has_its_own),
      GO_TEST(nobody_is_idle),        GO_TEST(what_cannot_be_waited_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// A program without waiting has no set.
static bool has_epoll(void) {
  for (int fd = 0; fd < 64; fd++) {
    char path[32], to[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (readlink(path, to, sizeof to - 1) > 0 && strstr(to, "eventpoll")) return true;
  }
  return false;
}

int main(int argc, char **argv) {
  cr_sleep(CR_MILLISECOND);
  check(!has_epoll());
  return run_everywhere(argc, argv, NULL, 0, all_tests);
}
