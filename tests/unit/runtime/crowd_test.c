// SPDX-License-Identifier: Apache-2.0
// crowd_test.c: goroutines that compute without calling the runtime become few threads, and starve nobody; nor does
// one that calls it all the time and never parks.
#include "sync_help.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/os.h"
#include "sched/crowd.h"
#include "sched/sched.h"

static int64_t thread_cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void computes(int us) {
  int64_t end = thread_cpu_ns() + us * 1000LL;
  while (thread_cpu_ns() < end)
    for (volatile int i = 0; i < 1000; i++) continue;
}

// ---- how many threads ------------------------------------------------------------------------------

static int runnable_threads(int but) {
  DIR *d = opendir("/proc/self/task");
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) {
    char path[300], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", e->d_name);
    FILE *f = atoi(e->d_name) > 0 && atoi(e->d_name) != but ? fopen(path, "r") : NULL;
    if (!f) continue;
    const char *paren = fgets(text, sizeof text, f) ? strrchr(text, ')') : NULL;
    n += paren && paren[2] == 'R';
    fclose(f);
  }
  closedir(d);
  return n;
}

static _Atomic int over, most;

// Threads are looked at one after another, so one that goes to sleep and the one it woke may both be counted: what
// counts is the least of three counts in a row.
static void *counts_threads(void *arg) {
  int me = os_tid(), last[2] = {0, 0};
  while (!over) {
    int n = runnable_threads(me), least = n < last[0] ? n : last[0];
    if (last[1] < least) least = last[1];
    if (least > most) most = least;
    last[1] = last[0];
    last[0] = n;
    nanosleep(&(struct timespec){0, 200000}, NULL);
  }
  return arg;
}

static void task(int us, cr_waitgroup *wg) {
  computes(us);
  cr_waitgroup_done(wg);
}

// Three a P: those that compute, who runs what woke up, and the one that watches.
static void hogs_are_few_threads(void) {
  int n = 100 + 20 * (cr_maxprocs() < 4 ? cr_maxprocs() : 4);
  cr_waitgroup wg = {0};
  pthread_t t;
  over = most = 0;
  check_eq(pthread_create(&t, NULL, counts_threads, NULL), 0);
  cr_waitgroup_add(&wg, n);
  for (int i = 0; i < n; i++) cr_go(task, i % 10 ? 5000 : 30000, &wg);
  cr_waitgroup_wait(&wg);
  over = 1;
  pthread_join(t, NULL);
  check(most > 0);
  check(most <= 3 * cr_maxprocs());
}

static void blocks(int fd, _Atomic int *begun, cr_waitgroup *wg) {
  char c;
  (*begun)++;
  computes(30000);
  check_eq(syscall(SYS_read, fd, &c, 1), 1);
  cr_waitgroup_done(wg);
}

// One that computed and then blocks is no hog any more: as many of them as you like stop nobody.
static void who_blocks_is_no_hog(void) {
  int n = 3 * cr_maxprocs() + 3, p[2];
  _Atomic int begun = 0;
  cr_waitgroup wg = {0};
  check_eq(pipe(p), 0);
  cr_waitgroup_add(&wg, n);
  for (int i = 0; i < n; i++) cr_go(blocks, p[0], &begun, &wg);
  until(begun == n && load_rlx(&crowd.nhogs) == 0);
  for (int i = 0; i < n; i++) check_eq(syscall(SYS_write, p[1], "x", 1), 1);
  cr_waitgroup_wait(&wg);
  close(p[0]), close(p[1]);
}

static void spins(_Atomic int *stop, cr_waitgroup *wg) {
  while (!*stop) continue;
  cr_waitgroup_done(wg);
}

static void set(_Atomic int *stop) { *stop = 1; }

// The bound is no wall: more spin than it allows, and what they wait for was started last.
static void the_bound_grows_when_nobody_comes_back(void) {
  _Atomic int stop = 0;
  cr_waitgroup wg = {0};
  int before = cr_set_maxprocs(1);
  cr_waitgroup_add(&wg, 4);
  for (int i = 0; i < 4; i++) cr_go(spins, &stop, &wg);
  cr_go(set, &stop);
  cr_waitgroup_wait(&wg);
  cr_set_maxprocs(before);
}

// What was ready before still runs among hogs, and so does who wakes up.
static void naps(int times, cr_waitgroup *wg) {
  for (int i = 0; i < times; i++) cr_sleep(100000);
  cr_waitgroup_done(wg);
}

static void passes(cr_chan(int) in, cr_chan(int) out, cr_waitgroup *wg) {
  for (int v; cr_chan_recv(in, &v);) cr_chan_send(out, v);
  cr_waitgroup_done(wg);
}

static void others_go_on_among_hogs(void) {
  int n = 3 * cr_maxprocs() + 1;
  _Atomic int stop = 0;
  cr_chan(int) in = cr_chan_make(int), out = cr_chan_make(int);
  cr_waitgroup wg = {0}, hogs = {0};
  cr_waitgroup_add(&wg, 3);
  cr_go(passes, in, out, &wg);
  cr_go(naps, 50, &wg);
  cr_go(naps, 20, &wg);
  cr_yield();
  cr_waitgroup_add(&hogs, n);
  for (int i = 0; i < n; i++) cr_go(spins, &stop, &hogs);
  struct cr_stats stats;
  until((cr_read_stats(&stats), stats.held > 0));
  check(stats.hogs > 0 && stats.runnable >= stats.held);
  for (int i = 0, v; i < 200; i++) {
    cr_chan_send(in, i);
    check(cr_chan_recv(out, &v) && v == i);
  }
  cr_chan_close(in);
  cr_waitgroup_wait(&wg);
  stop = 1;
  cr_waitgroup_wait(&hogs);
  cr_chan_free(in), cr_chan_free(out);
}

// Hogs that come back and compute again: who is started meanwhile has its turn, before each of them had many more.
static void turns(_Atomic int *stop, _Atomic int *n, cr_waitgroup *wg) {
  while (!*stop) {
    computes(15000);
    (*n)++;
    cr_yield();
    cr_sleep(100000);
  }
  cr_waitgroup_done(wg);
}

static void hogs_that_come_back_starve_nobody(void) {
  int hogs = 3 * (cr_maxprocs() < 4 ? cr_maxprocs() : 4) + 1;
  _Atomic int stop = 0, n = 0;
  cr_waitgroup wg = {0}, others = {0};
  int before = cr_set_maxprocs(cr_maxprocs() < 4 ? 0 : 4);
  cr_waitgroup_add(&wg, hogs);
  for (int i = 0; i < hogs; i++) cr_go(turns, &stop, &n, &wg);
  until(n >= 2 * hogs);
  int had = n;
  cr_waitgroup_add(&others, 50);
  for (int i = 0; i < 50; i++) cr_go(naps, 0, &others);
  cr_waitgroup_wait(&others);
  check(n - had < 10 * hogs);
  stop = 1;
  cr_waitgroup_wait(&wg);
  cr_set_maxprocs(before);
}

// ---- a producer that never parks -------------------------------------------------------------------

static void nothing(void) {}

static void produces(_Atomic int *stop, cr_waitgroup *wg) {
  while (!*stop) cr_go(nothing);
  cr_waitgroup_done(wg);
}

static void yields(int times, cr_waitgroup *wg) {
  for (int i = 0; i < times; i++) cr_yield();
  cr_waitgroup_done(wg);
}

static void stops(_Atomic int *stop, cr_waitgroup *wg) {
  *stop = 1;
  cr_waitgroup_done(wg);
}

// The others were started before, after and by waking up; none may wait for the producer to end.
static void a_producer_starves_nobody(void) {
  _Atomic int stop = 0;
  cr_waitgroup others = {0}, wg = {0};
  cr_waitgroup_add(&others, 3);
  cr_waitgroup_add(&wg, 2);
  cr_go(naps, 10, &others);
  cr_go(produces, &stop, &wg);
  cr_go(yields, 10, &others);
  cr_go(naps, 3, &others);
  cr_waitgroup_wait(&others);
  cr_go(stops, &stop, &wg);
  cr_waitgroup_wait(&wg);
}

// As many as there are Ps, so that no other P takes their goroutines; they wait for one that is started last.
static void producers_on_every_p_starve_nobody(void) {
  _Atomic int stop = 0;
  int n = cr_maxprocs() < 4 ? cr_maxprocs() : 4;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, n + 1);
  for (int i = 0; i < n; i++) cr_go(produces, &stop, &wg);
  cr_go(stops, &stop, &wg);
  cr_waitgroup_wait(&wg);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      GO_TEST(hogs_are_few_threads),     GO_TEST(who_blocks_is_no_hog),
      GO_TEST(others_go_on_among_hogs),  GO_TEST(hogs_that_come_back_starve_nobody),
      GO_TEST(the_bound_grows_when_nobody_comes_back),
      GO_TEST(a_producer_starves_nobody), GO_TEST(producers_on_every_p_starve_nobody),
  };
  return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
