// SPDX-License-Identifier: Apache-2.0
// stats_test.c: each number of cr_read_stats moves with what it counts.
#include "sync_help.h"

#include <unistd.h>

static struct cr_stats now(void) {
  struct cr_stats s;
  cr_read_stats(&s);
  return s;
}

static void receive(cr_chan(int) c, cr_waitgroup *wg) {
  int v;
  cr_chan_recv(c, &v);
  cr_waitgroup_done(wg);
}

static void goroutines_and_stacks(void) {
  enum { N = 500 };
  cr_chan(int) c = cr_chan_make(int, 0);
  cr_waitgroup wg = {0};
  struct cr_stats before = now();
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) cr_go(receive, c, &wg);
  struct cr_stats with = now();
  check_eq(with.goroutines - before.goroutines, N);
  check_eq(with.created - before.created, N);
  check(with.stacks >= N);
  check(with.stack_bytes_mapped >= N * 128 * 1024);
  cr_chan_close(c);
  cr_waitgroup_wait(&wg);
  struct cr_stats after = now();
  check_eq(after.created, with.created);
  check(after.switches - before.switches >= N);
  until(now().goroutines == before.goroutines);
  cr_chan_free(c);
}

static void sleeps(_Atomic int *about) {
  *about = 1;
  cr_sleep(CR_HOUR);
}

static void a_sleeper_is_a_timer(void) {
  _Atomic int about = 0;
  uint64_t before = now().timers;
  cr_go(sleeps, &about);
  until(about && now().timers == before + 1);
}

static void procs_and_threads(void) {
  struct cr_stats s = now();
  check_eq(s.procs, cr_maxprocs());
  check(s.procs_idle < s.procs);  // this goroutine has one
  check(s.threads >= 2 && s.threads > s.threads_idle && s.threads_spinning <= s.threads);
}

static void computes(volatile _Atomic int *stop) {
  while (!*stop) {}
}

// Each P has a goroutine that never calls us: sysmon takes Ps away, or this one would not go on.
static void retakes(void) {
  static volatile _Atomic int stop;
  struct cr_stats before = now();
  for (int i = 0; i < cr_maxprocs(); i++) cr_go(computes, &stop);
  until(now().retakes > before.retakes && now().handoffs > before.handoffs);
  stop = 1;
}

static void tick(_Atomic int *n, cr_waitgroup *wg) {
  (*n)++;
  cr_waitgroup_done(wg);
}

// This goroutine fills its own P's ring and computes until others have emptied it.
static void steals(void) {
  if (cr_maxprocs() == 1) return;
  for (uint64_t before = now().steals; now().steals == before;) {
    _Atomic int n = 0;
    cr_waitgroup wg = {0};
    cr_waitgroup_add(&wg, 100);
    for (int i = 0; i < 100; i++) cr_go(tick, &n, &wg);
    while (n < 100) {}
    cr_waitgroup_wait(&wg);
  }
}

static void read_byte(int fd, cr_waitgroup *wg) {
  char c;
  cr_conn conn;
  check(cr_net_adopt(&conn, fd) == 0);
  check(cr_net_read(conn, &c, 1) == 1);
  cr_net_close(conn);
  cr_waitgroup_done(wg);
}

static void polls(void) {
  int p[2];
  cr_waitgroup wg = {0};
  uint64_t before = now().polls;
  check(pipe(p) == 0);
  cr_waitgroup_add(&wg, 1);
  cr_go(read_byte, p[0], &wg);
  until(now().polls > before);
  check(write(p[1], "x", 1) == 1);
  cr_waitgroup_wait(&wg);
  close(p[1]);
}

static void *from_thread(void *out) {
  cr_read_stats(out);
  return NULL;
}

static void a_thread_of_the_programs_may_ask(void) {
  struct cr_stats s = {0};
  pthread_t t;
  uint64_t created = now().created;
  check(pthread_create(&t, NULL, from_thread, &s) == 0);
  pthread_join(t, NULL);
  check(s.goroutines > 0);
  check_eq(s.created, created);  // to ask makes no goroutine of it
}

static void runnable(void) {
  if (cr_maxprocs() > 1) return;
  _Atomic int n = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 300);  // more than a ring has room for
  for (int i = 0; i < 300; i++) cr_go(tick, &n, &wg);
  struct cr_stats s = now();
  check(s.runnable >= 300 - (uint64_t)n);
  cr_waitgroup_wait(&wg);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(goroutines_and_stacks),
      GO_TEST(a_sleeper_is_a_timer),
      GO_TEST(procs_and_threads),
      GO_TEST(retakes),
      GO_TEST(steals),
      GO_TEST(polls),
      GO_TEST(a_thread_of_the_programs_may_ask),
      GO_TEST(runnable),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
