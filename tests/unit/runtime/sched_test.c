// SPDX-License-Identifier: Apache-2.0
// sched_test.c: goroutines run, yield, park, sleep and end; blocked and computing ones stop nobody.
#include "sync_help.h"

#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/stack.h"

static void add_one(_Atomic int *n, cr_waitgroup *wg) {
  (*n)++;
  cr_waitgroup_done(wg);
}

static void every_goroutine_runs_once(void) {
  _Atomic int n = 0;
  cr_waitgroup wg = {0};
  for (int i = 0; i < 20000; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(add_one, &n, &wg);
  }
  cr_waitgroup_wait(&wg);
  check_eq(n, 20000);
}

static void stop_at(_Atomic int *turns, _Atomic int *stop, cr_waitgroup *ended) {
  while (!*stop) {
    (*turns)++;
    cr_yield();
  }
  cr_waitgroup_done(ended);
}

// Each of three that only yield gets its turns, and so does one that is started late.
static void yield_is_fair(void) {
  _Atomic int turns[3] = {0}, stop = 0;
  cr_waitgroup ended = {0};
  cr_waitgroup_add(&ended, 3);
  for (int i = 0; i < 3; i++) cr_go(stop_at, &turns[i], &stop, &ended);
  until(turns[0] > 1000 && turns[1] > 1000 && turns[2] > 1000);
  stop = 1;
  cr_waitgroup_wait(&ended);
}

// ---- the goroutine's own state -------------------------------------------------------------------

// The compiler may keep errno's address over a call; the goroutine may wake up on another thread.
__attribute__((noinline)) static void errno_set(int e) {
  errno = e;
  __asm__ volatile("" ::: "memory");
}
__attribute__((noinline)) static int errno_get(void) {
  __asm__ volatile("" ::: "memory");
  return errno;
}

static void keeps_errno(int e, int rounds, cr_waitgroup *wg) {
  for (int i = 0; i < rounds; i++) {
    errno_set(e + i);
    if (i % 50 == 0) cr_sleep(1000);
    else cr_yield();
    check_eq(errno_get(), e + i);
  }
  cr_waitgroup_done(wg);
}

static void errno_goes_with_the_goroutine(void) {
  cr_waitgroup wg = {0};
  for (int i = 0; i < 50; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(keeps_errno, 1000 * i, 300, &wg);
  }
  cr_waitgroup_wait(&wg);
}

static void keeps_rounding(int mode, cr_waitgroup *wg) {
  fesetround(mode);
  for (int i = 0; i < 300; i++) {
    cr_yield();
    check_eq(fegetround(), mode);
  }
  cr_waitgroup_done(wg);
}

static void rounding_goes_with_the_goroutine(void) {
  static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST};
  cr_waitgroup wg = {0};
  for (int i = 0; i < 20; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(keeps_rounding, modes[i % 4], &wg);
  }
  cr_waitgroup_wait(&wg);
  check_eq(fegetround(), FE_TONEAREST);
}

// A goroutine that parks on a channel goes straight on with the next one, which may be new or have come from a yield.
static void hands_on(int i, int mode, cr_chan(int) in, cr_chan(int) out) {
  int v;
  fesetround(mode);
  errno_set(i);
  while (cr_chan_recv(in, &v)) {
    check_eq(fegetround(), mode);
    check_eq(errno_get(), i);
    if (v % 7 == 0) cr_yield();
    cr_chan_send(out, v + 1);
    check_eq(fegetround(), mode);
    check_eq(errno_get(), i);
  }
  cr_chan_close(out);
}

static void state_goes_over_channels(void) {
  static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST, FE_UPWARD};
  enum { STAGES = 5, ROUNDS = 300 };
  cr_chan(int) c[STAGES + 1];
  int v = 0;
  for (int i = 0; i <= STAGES; i++) c[i] = cr_chan_make(int);
  for (int i = 0; i < STAGES; i++) cr_go(hands_on, 1000 + i, modes[i], c[i], c[i + 1]);
  for (int i = 0; i < ROUNDS; i++) {
    errno_set(7);
    cr_chan_send(c[0], i);
    cr_chan_recv(c[STAGES], &v);
    check_eq(v, i + STAGES);
    check_eq(fegetround(), FE_TONEAREST);
    check_eq(errno_get(), 7);
  }
  cr_chan_close(c[0]);
  check(!cr_chan_recv(c[STAGES], &v));
  for (int i = 0; i <= STAGES; i++) cr_chan_free(c[i]);
}

static void says_id(cr_chan(uint64_t) c) { cr_chan_send(c, cr_goid()); }

static void ids_are_not_used_again(void) {
  cr_chan(uint64_t) c = cr_chan_make(uint64_t);
  enum { N = 100 };
  uint64_t id[N] = {cr_goid()};
  for (int i = 1; i < N; i++) {
    cr_go(says_id, c);
    cr_chan_recv(c, &id[i]);
    for (int k = 0; k < i; k++) check(id[k] != id[i]);
  }
  cr_chan_free(c);
}

// ---- who blocks, who computes --------------------------------------------------------------------

static void reads(int fd, cr_waitgroup *wg) {
  char c;
  check_eq(syscall(SYS_read, fd, &c, 1), 1);  // read(2) itself would park
  cr_waitgroup_done(wg);
}

static void blocked_reads_stop_nobody(void) {
  enum { N = 40 };
  int p[N][2];
  cr_waitgroup wg = {0};
  for (int i = 0; i < N; i++) {
    check_eq(pipe(p[i]), 0);
    cr_waitgroup_add(&wg, 1);
    cr_go(reads, p[i][0], &wg);
  }
  cr_yield();
  every_goroutine_runs_once();
  for (int i = N - 1; i >= 0; i--) check_eq(write(p[i][1], "x", 1), 1);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < N; i++) close(p[i][0]), close(p[i][1]);
}

static void spins(_Atomic int *stop, cr_waitgroup *wg) {
  while (!*stop)
    ;
  cr_waitgroup_done(wg);
}

static void set(_Atomic int *stop) { *stop = 1; }

// More of them spin than there are Ps, and they wait for one that is started last.
static void spinners_stop_nobody(void) {
  _Atomic int stop = 0;
  cr_waitgroup wg = {0};
  for (int i = 0; i < 2 * cr_maxprocs() + 1; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(spins, &stop, &wg);
  }
  cr_go(set, &stop);
  cr_waitgroup_wait(&wg);
}

static void sleeps_then_sets(_Atomic int *stop) {
  cr_sleep(CR_MILLISECOND);
  *stop = 1;
}

static void sends_many(int n, cr_chan(int) c) {
  for (int i = 0; i < n; i++) cr_chan_send(c, i);
}

static void meets_another(_Atomic int *here, cr_chan(int) start, cr_waitgroup *wg) {
  int v;
  cr_chan_recv(start, &v);
  ++*here;
  while (*here < 2) continue;
  cr_waitgroup_done(wg);
}

// While wakes are in vain (vain.h) nobody is woken for who is driven out of runnext; one beside whom another computes
// runs all the same.
static void who_waits_beside_a_spinner_runs(void) {
  enum { ROUNDS = 2000 };
  cr_chan(int) c[4], start = cr_chan_make(int);
  cr_waitgroup wg = {0};
  _Atomic int here = 0;
  int v;
  cr_waitgroup_add(&wg, 2);
  for (int i = 0; i < 2; i++) cr_go(meets_another, &here, start, &wg);
  for (int i = 0; i < 4; i++) cr_go(sends_many, ROUNDS, c[i] = cr_chan_make(int));
  for (int i = 0; i < 4 * ROUNDS; i++)
    cr_select {
      cr_on_recv(c[0], &v) {}
      cr_on_recv(c[1], &v) {}
      cr_on_recv(c[2], &v) {}
      cr_on_recv(c[3], &v) {}
    }
  for (int i = 0; i < 2; i++) cr_chan_send(start, i);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < 4; i++) cr_chan_free(c[i]);
  cr_chan_free(start);
}

// A sleeper wakes up although every P runs code that never enters the runtime.
static void sleepers_wake_under_spinners(void) {
  _Atomic int stop = 0;
  cr_waitgroup wg = {0};
  cr_go(sleeps_then_sets, &stop);
  cr_yield();
  for (int i = 0; i < cr_maxprocs() + 1; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(spins, &stop, &wg);
  }
  cr_waitgroup_wait(&wg);
}

static void sleep_takes_its_time(void) {
  int64_t start = cr_nanotime();
  cr_sleep(3 * CR_MILLISECOND);
  check(cr_nanotime() - start >= 3 * CR_MILLISECOND);
  cr_sleep(0);
  cr_sleep(-5);
}

// ---- signals, threads, ends ----------------------------------------------------------------------

static _Atomic int alarms;
static void on_alarm(int sig) { alarms += sig == SIGALRM; }

static void signals_hit_anywhere(void) {
  struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &sa, NULL);
  struct itimerval on = {{0, 100}, {0, 100}}, off = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &on, NULL);
  for (int i = 0; i < 3 || alarms < 20; i++) {
    every_goroutine_runs_once();
    errno_goes_with_the_goroutine();
  }
  setitimer(ITIMER_REAL, &off, NULL);  // the handler stays: one may be under way
}

static void *thread(void *arg) {
  cr_chan(int) *c = arg;
  for (int i = 0; i < 500; i++) cr_chan_send(*c, i);
  cr_sleep(CR_MILLISECOND);
  cr_yield();
  return NULL;
}

static void threads_park_as_threads(void) {
  cr_chan(int) c = cr_chan_make(int, 2);
  pthread_t t[3];
  long sum = 0;
  for (int i = 0; i < 3; i++) check_eq(pthread_create(&t[i], NULL, thread, &c), 0);
  for (int i = 0; i < 1500; i++) {
    int v;
    cr_chan_recv(c, &v);
    sum += v;
  }
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  check_eq(sum, 3 * 499 * 500 / 2);
  cr_chan_free(c);
}

static void ends_early(cr_waitgroup *wg) {
  cr_waitgroup_done(wg);
  cr_goexit();
  check(false);
}

static void goexit_ends_the_goroutine(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(ends_early, &wg);
  cr_waitgroup_wait(&wg);
}

static long resident_kb(void) {
  long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  check(f && fscanf(f, "%*d %ld", &pages) == 1);
  fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void stacks_are_used_again(void) {
  every_goroutine_runs_once();
  long before = resident_kb();
  for (int i = 0; i < 10; i++) every_goroutine_runs_once();
  check(resident_kb() < before + 100000);  // 200,000 stacks would be 800,000 KB
}

static void goes_deep(cr_waitgroup *deep, cr_chan(int) gate, cr_waitgroup *ended) {
  volatile char frame[64 * 1024];
  for (size_t i = 0; i < sizeof frame; i += 1024) frame[i] = 1;
  cr_waitgroup_done(deep);
  cr_chan_recv(gate, NULL);
  cr_waitgroup_done(ended);
}

// Stacks that were deep at the same time do not keep what they touched, but for 64 a P.
static void deep_stacks_are_trimmed(void) {
  enum { N = 2000 };
  cr_chan(int) gate = cr_chan_make(int);
  cr_waitgroup deep = {0}, ended = {0};
  cr_free_os_memory();  // or what earlier tests left goes meanwhile
  long before = resident_kb();
  cr_waitgroup_add(&deep, N);
  cr_waitgroup_add(&ended, N);
  for (int i = 0; i < N; i++) cr_go(goes_deep, &deep, gate, &ended);
  cr_waitgroup_wait(&deep);
  check(resident_kb() > before + N * 60);
  cr_chan_close(gate);
  cr_waitgroup_wait(&ended);
  until(cr_num_goroutines() < 100);
  cr_free_os_memory();  // or by and by
  check(resident_kb() < before + (long)N * 48);
  cr_chan_free(gate);
}

// Runnable goroutines beyond a ring's size go to the global queue and are not lost.
static void the_ring_spills(void) {
  enum { N = 5 * RUNQ_SIZE };
  _Atomic int n = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) cr_go(add_one, &n, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(n, N);
}

static void count(struct g *gp, void *arg) { *(int *)arg += gp->goid != 0; }

static void waits(cr_chan(int) c, cr_waitgroup *wg) {
  cr_chan_recv(c, NULL);
  cr_waitgroup_done(wg);
}

static void all_goroutines_are_listed(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_waitgroup wg = {0};
  int n = 0;
  for (int i = 0; i < 100; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(waits, c, &wg);
  }
  check(cr_num_goroutines() >= 101);
  sched_each(count, &n);
  check(n >= 101);
  cr_chan_close(c);
  cr_waitgroup_wait(&wg);
  cr_chan_free(c);
}

// ---- what ends the process -----------------------------------------------------------------------

static void waits_for_ever(void) { cr_chan_recv((cr_chan(int))NULL, NULL); }

static void all_wait(void) {
  for (int i = 0; i < 10; i++) cr_go(waits_for_ever);
  waits_for_ever();
}
static void main_ends_alone(void) { cr_goexit(); }

struct large {
  char bytes[250000];
};
static void takes_large(struct large x) { check(x.bytes[0] == 0); }
static void too_many_arguments(void) {
  static struct large x;
  cr_go(takes_large, x);
}

static const struct child_case cases[] = {
    {"all_wait", all_wait, "fatal error: all goroutines are asleep - deadlock!"},
    {"main_ends_alone", main_ends_alone, "fatal error: no goroutines (main called cr_goexit) - deadlock!"},
    {"too_many_arguments", too_many_arguments, "bytes of arguments are too many for a stack of"},
};

static void fatal_ends(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      GO_TEST(every_goroutine_runs_once),    GO_TEST(yield_is_fair),
      GO_TEST(errno_goes_with_the_goroutine), GO_TEST(rounding_goes_with_the_goroutine),
      GO_TEST(state_goes_over_channels),
      GO_TEST(ids_are_not_used_again),       GO_TEST(blocked_reads_stop_nobody),
      GO_TEST(who_waits_beside_a_spinner_runs),
      GO_TEST(spinners_stop_nobody),         GO_TEST(sleepers_wake_under_spinners),
      GO_TEST(sleep_takes_its_time),         GO_TEST(signals_hit_anywhere),
      GO_TEST(threads_park_as_threads),      GO_TEST(goexit_ends_the_goroutine),
      GO_TEST(stacks_are_used_again),        GO_TEST(the_ring_spills),
      GO_TEST(deep_stacks_are_trimmed),
      GO_TEST(all_goroutines_are_listed),     GO_TEST(fatal_ends),
  };
  return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
