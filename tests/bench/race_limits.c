// SPDX-License-Identifier: Apache-2.0
// race_limits.c: what -race takes in the long run: memory of arrays, of goroutines that come and go, stops of a scan.
//   race_limits arrays [MB]            resident MB, arrays written by one goroutine each and read by all others
//   race_limits churn HOW N            HOW: joined, forgotten, other; resident MB after a tenth of N goroutines, and after all,
//                                      while 1000 others live; other: joined by one that did not start them
//   race_limits scan [MB SECONDS]      processor ms of a pass of 10 accesses and a lock: 99th percentile, longest, passes
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 4, LIVE = 1000, MANY = 200 };

static long resident_kb(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  long kb = 0;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  if (f) fclose(f);
  return kb;
}

static double mb(long kb) { return (double)kb / 1024; }

// ---- arrays ----------------------------------------------------------------------------------------

static double *array[WORKERS];
static size_t each;
static double sums[WORKERS];

static void fill(int k, waitgroup *wg) {
  for (size_t i = 0; i < each; i++) array[k][i] = (double)i;
  wg_done(wg);
}

static void sum(int k, waitgroup *wg) {
  double s = 0;
  for (int a = 0; a < WORKERS; a++)
    for (size_t i = 0; i < each; i++) s += array[a][i];
  sums[k] = s;
  wg_done(wg);
}

static void all(void (*fn)(int, waitgroup *)) {
  waitgroup wg = {0};
  wg_add(&wg, WORKERS);
  for (int k = 0; k < WORKERS; k++) go(fn, k, &wg);
  wg_wait(&wg);
}

static void arrays(size_t megabytes) {
  each = (megabytes << 20) / WORKERS / sizeof(double);
  for (int k = 0; k < WORKERS; k++) array[k] = malloc(each * sizeof(double));
  all(fill);
  printf("%.1f", mb(resident_kb()));
  all(sum);
  printf(" %.1f\n", mb(resident_kb()));
}

// ---- goroutines that come and go -------------------------------------------------------------------

static long counts[MANY];
static mutex mu;
static long total;

static void parked(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

static void one(int k, waitgroup *wg) {
  counts[k]++;
  mutex_lock(&mu);
  total++;
  mutex_unlock(&mu);
  if (wg) wg_done(wg);
}

static void waits(waitgroup *wg, chan(int) done) {
  wg_wait(wg);
  chan_send(done, 1);
}

// Those forgotten take a place each, so that no two of them have one at the same time.
static chan(int) places;

static void forgotten(int k) {
  one(k, NULL);
  chan_send(places, k);
}

static void forget_some(int n) {
  for (int i = 0; i < n; i++) {
    int k;
    chan_recv(places, &k);
    go(forgotten, k);
  }
}

static void join_some(int n, bool other) {
  chan(int) done = other ? chan_make(int) : NULL;
  for (int left = n; left > 0; left -= MANY) {
    waitgroup wg = {0};
    int v;
    wg_add(&wg, MANY);
    for (int k = 0; k < MANY; k++) go(one, k, &wg);
    if (other) go(waits, &wg, done), chan_recv(done, &v);
    else wg_wait(&wg);
  }
}

static void some(const char *how, int n) {
  if (!strcmp(how, "forgotten")) forget_some(n);
  else join_some(n, !strcmp(how, "other"));
}

static void churn(const char *how, int n) {
  chan(int) c = chan_make(int);
  for (int i = 0; i < LIVE; i++) go(parked, c);
  places = chan_make(int, MANY);
  for (int k = 0; k < MANY; k++) chan_send(places, k);
  for (int tenth = 0; tenth < 10; tenth++) {
    some(how, n / 10);
    if (tenth == 0 || tenth == 9) printf("%.1f%c", mb(resident_kb()), tenth ? '\n' : ' ');
  }
}

// ---- stops -----------------------------------------------------------------------------------------

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

// A pass took what the clock says, or less processor time: then another program ran meanwhile.
static int64_t processor_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int64_t less(int64_t a, int64_t b) { return a < b ? a : b; }

// One by one: an array that is filled by a loop has no shadow.
static __attribute__((noinline)) void put(long *p) { *p = 1; }

static void scan(size_t megabytes, int seconds) {
  size_t n = (megabytes << 20) / sizeof(long), most = 50000000, passes = 0;
  long *word = malloc(n * sizeof *word);
  int64_t *took = malloc(most * sizeof *took);
  chan(int) c = chan_make(int);
  uint64_t seed = 1;
  go(parked, c);
  for (size_t i = 0; i < n; i++) put(&word[i]);
  int64_t begin = cr_nanotime(), last = begin, cpu = processor_ns();
  while (last - begin < seconds * 1000000000ll && passes < most) {
    for (int i = 0; i < 10; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      word[(seed >> 20) % n]++;
    }
    mutex_lock(&mu);
    mutex_unlock(&mu);
    word[0]++;  // a scan is within the pass, not within a reading of the clocks
    int64_t now = cr_nanotime(), cpu_now = processor_ns();
    took[passes++] = less(now - last, cpu_now - cpu);
    last = now;
    cpu = cpu_now;
  }
  qsort(took, passes, sizeof *took, by_size);
  printf("%.3f %.3f %zu\n", (double)took[passes * 99 / 100] / 1e6, (double)took[passes - 1] / 1e6, passes);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "arrays")) arrays(argc > 2 ? (size_t)atoi(argv[2]) : 256);
  else if (!strcmp(what, "churn") && argc > 3) churn(argv[2], atoi(argv[3]));
  else if (!strcmp(what, "scan")) scan(argc > 3 ? (size_t)atoi(argv[2]) : 1024, argc > 3 ? atoi(argv[3]) : 10);
  else return 2;
}
