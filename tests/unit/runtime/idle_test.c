// SPDX-License-Identifier: Apache-2.0
// idle_test.c: while every goroutine waits the process computes nothing: no thread looks for work, nor does the watching one.
#include "sync_help.h"

#include <sys/syscall.h>
#include <time.h>

#include "io/netpoll.h"
#include "sched/wake.h"

enum { WAITERS = 1000, NAP_MS = 100 };

static void receives(cr_chan(int) c) { cr_chan_recv(c, NULL); }
static void sleeps(void) { cr_sleep(CR_HOUR); }
static void locks(cr_mutex *m) { cr_mutex_lock(m); }

static void reads(cr_conn c) {
  char b;
  cr_net_read(c, &b, 1);
}

static void nap(int ms) { syscall(SYS_nanosleep, &(struct timespec){0, ms * 1000000L}, NULL); }

static int64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static cr_chan(int64_t) computed;
static cr_chan(int) never;  // static, for LeakSanitizer does not look at goroutines' stacks

// measures waits, on a thread of its own, until nothing runs, and sends how much is computed from then on, in ns.
static void *measures(void *arg) {
  while (!load_seq(&sched.sysmon_word) || load_seq(&sched.nidle_p) != load_seq(&sched.nlive_p)) nap(1);
  int64_t before = cpu_ns();
  nap(NAP_MS);
  cr_chan_send(computed, cpu_ns() - before);
  return arg;
}

static void wait_of_all_kinds(void *mutex) {
  cr_conn pipe[2];
  never = cr_chan_make(int);
  check_eq(cr_net_pipe(pipe), 0);
  for (int i = 0; i < WAITERS; i++) cr_go(receives, never);
  cr_go(sleeps);
  cr_go(reads, pipe[0]);
  cr_go(locks, mutex);
}

// The processor time of this process is not made longer by others.
static void nothing_is_computed(void) {
  static cr_mutex m;
  int64_t ns;
  pthread_t t;
  computed = cr_chan_make(int64_t);
  cr_mutex_lock(&m);
  wait_of_all_kinds(&m);
  check_eq(pthread_create(&t, NULL, measures, NULL), 0);
  cr_chan_recv(computed, &ns);
  pthread_join(t, NULL);
  check(ns < NAP_MS * 1000000 / 10);
  cr_mutex_unlock(&m);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {GO_TEST(nothing_is_computed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// Once: the watching thread takes a second to find that nothing runs.
int main(void) { return run_on_thread(all_tests); }
