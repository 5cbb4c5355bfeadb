// SPDX-License-Identifier: Apache-2.0
// hogs.c: many goroutines that compute without ever calling the runtime: how long they take over the ideal, how
// many threads are runnable meanwhile, and how a 1 ms ticker fares. Compiled by plain cc, linked by crun.
//   hogs [TASKS [MILLISECONDS]]     prints each number beside its bar; CRUNMAXPROCS says how many Ps
#include <crun/crun.h>
#include <crun/short.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICKS = 1 << 20 };
static _Atomic int over;
static float gap_ms[TICKS], thread_gap_ms[TICKS];
static int ngaps, nthread_gaps;

static _Atomic int mine[2];  // the threads that this file made
static bool is_mine(int tid) { return tid == mine[0] || tid == mine[1]; }

static int64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void task(int ms, waitgroup *wg) {
  int64_t end = cpu_ns() + ms * 1000000LL;
  while (cpu_ns() < end)
    for (volatile int i = 0; i < 20000; i++) continue;
  wg_done(wg);
}

static void ticks(waitgroup *wg) {
  cr_ticker *t = ticker_new(CR_MILLISECOND);
  int64_t last = cr_nanotime();
  while (!over && ngaps < TICKS) {
    chan_recv(ticker_chan(t), NULL);
    int64_t now = cr_nanotime();
    gap_ms[ngaps++] = (float)(now - last) / 1e6f;
    last = now;
  }
  ticker_free(t);
  wg_done(wg);
}

// The same by a thread of its own: what the kernel grants on this machine, as it is loaded now.
static void *thread_ticks(void *arg) {
  mine[1] = (int)syscall(SYS_gettid);
  int64_t last = cr_nanotime();
  while (!over && nthread_gaps < TICKS) {
    nanosleep(&(struct timespec){0, 1000000}, NULL);
    int64_t now = cr_nanotime();
    thread_gap_ms[nthread_gaps++] = (float)(now - last) / 1e6f;
    last = now;
  }
  return arg;
}

// ---- threads that the kernel would run -------------------------------------------------------------

static bool is_runnable(const char *tid) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/self/task/%s/stat", tid);
  int fd = open(path, O_RDONLY);
  ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  const char *paren = strrchr(text, ')');
  return paren && paren[2] == 'R';
}

static int runnable(void) {
  DIR *d = opendir("/proc/self/task");
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) n += atoi(e->d_name) > 0 && !is_mine(atoi(e->d_name)) && is_runnable(e->d_name);
  closedir(d);
  return n;
}

static int most;

static void *watches(void *arg) {
  mine[0] = (int)syscall(SYS_gettid);
  while (!over) {
    int n = runnable();
    if (n > most) most = n;
    nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
  return arg;
}

// ---- the report ------------------------------------------------------------------------------------

static int by_size(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void row(const char *what, double value, double bar, const char *unit) {
  printf("%-44s%9.2f%-3s bar %.1f%s\n", what, value, unit, bar, value > bar ? "   over the bar" : "");
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 400, ms = argc > 2 ? atoi(argv[2]) : 50;
  waitgroup wg = {0}, ticking = {0};
  pthread_t watcher, ticker;
  wg_add(&ticking, 1);
  go(ticks, &ticking);
  pthread_create(&watcher, NULL, watches, NULL);
  pthread_create(&ticker, NULL, thread_ticks, NULL);
  wg_add(&wg, n);
  int64_t start = cr_nanotime();
  for (int i = 0; i < n; i++) go(task, ms, &wg);
  wg_wait(&wg);
  double took = (double)(cr_nanotime() - start) / 1e9;
  over = 1;
  wg_wait(&ticking);
  pthread_join(watcher, NULL);
  pthread_join(ticker, NULL);
  double ideal = n * (ms / 1e3) / cr_maxprocs();
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  qsort(gap_ms, (size_t)ngaps, sizeof *gap_ms, by_size);
  qsort(thread_gap_ms, (size_t)nthread_gaps, sizeof *thread_gap_ms, by_size);
  printf("%d tasks of %d ms on %d Ps: %.2f s, ideal %.2f s, the machine gave %.2f processors; a tick's p50 %.2f ms, most %.2f ms\n",
         n, ms, cr_maxprocs(), took, ideal, cpu / took, gap_ms[ngaps / 2], gap_ms[ngaps - 1]);
  printf("%-44s%9.2f ms p99\n", "a thread that sleeps for 1 ms, meanwhile", thread_gap_ms[(int)(nthread_gaps * 0.99)]);
  row("processor time over the tasks' own", cpu * 1e3 / n / ms, 1.2, "");
  row("time over the ideal", took / ideal, 1.2, "");
  row("most threads runnable, a P", (double)most / cr_maxprocs(), 3, "");
  row("1 ms ticker, p99", gap_ms[(int)(ngaps * 0.99)], 8, " ms");
}
