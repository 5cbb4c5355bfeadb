// SPDX-License-Identifier: Apache-2.0
// stacks.c: what parked goroutines cost: memory, page tables, mappings and the time to start them, beside a loop that
// does no more than install a guard and touch a page for each; and whether the memory comes back.
//   stacks [how many [KiB of stack that each uses before it parks for good]]
#include <crun/crun.h>
#include <crun/short.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum { STACK = 256 * 1024, GUARD = 64 * 1024, ARENA = 1 << 30 };

static atomic_int parked;

// What /proc/self/status says, in KB.
struct status {
  long rss, most_rss, tables;
};

static struct status status(void) {
  struct status s = {0};
  char line[256];
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f)) {
    sscanf(line, "VmRSS: %ld", &s.rss);
    sscanf(line, "VmHWM: %ld", &s.most_rss);
    sscanf(line, "VmPTE: %ld", &s.tables);
  }
  if (f) fclose(f);
  return s;
}

// forget_most makes what is held now the most that there was.
static void forget_most(void) {
  FILE *f = fopen("/proc/self/clear_refs", "w");
  if (f) fputs("5", f), fclose(f);
}

static int mappings(void) {
  int n = 0;
  FILE *f = fopen("/proc/self/maps", "r");
  for (int c; f && (c = fgetc(f)) != EOF;) n += c == '\n';
  if (f) fclose(f);
  return n;
}

// The time by the clock and on processors, in ns.
struct times {
  int64_t clock, cpu;
};

static struct times now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (struct times){cr_nanotime(), t.tv_sec * 1000000000 + t.tv_nsec};
}

static struct times since(struct times t) {
  struct times n = now();
  return (struct times){n.clock - t.clock, n.cpu - t.cpu};
}

static struct times bare(int n) {
  struct times t = now();
  char *arena = NULL;
  for (int i = 0; i < n; i++) {
    if (i % (ARENA / STACK) == 0) {
      arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      madvise(arena, ARENA, MADV_NOHUGEPAGE);
    }
    char *lo = arena + (size_t)i % (ARENA / STACK) * STACK;
    if (madvise(lo, GUARD, MADV_GUARD_INSTALL) != 0) mprotect(lo, GUARD, PROT_NONE);
    lo[STACK - 64] = 1;
  }
  return since(t);
}

// bare_in_child keeps this process as it is.
static struct times bare_in_child(int n) {
  int fd[2];
  struct times t = {0};
  if (pipe(fd) != 0) return t;
  pid_t pid = fork();
  if (pid == 0) {
    t = bare(n);
    _exit(write(fd[1], &t, sizeof t) != sizeof t);
  }
  if (read(fd[0], &t, sizeof t) != sizeof t) t.clock = 0;
  waitpid(pid, NULL, 0);
  close(fd[0]), close(fd[1]);
  return t;
}

// use uses a KiB of stack or a little more for each of kib. The call is no tail call.
static __attribute__((noinline)) int use(int kib) {
  volatile char frame[1024];
  for (size_t i = 0; i < sizeof frame; i += 128) frame[i] = (char)kib;
  return kib > 1 ? use(kib - 1) + frame[0] : frame[128];
}

static __attribute__((noinline)) int print(double d) {
  char text[64];
  return snprintf(text, sizeof text, "%d %f", parked, d);
}

static void one(chan(int) first, chan(int) second, int kib) {
  int v;
  atomic_fetch_add_explicit(&parked, 1, memory_order_relaxed);
  chan_recv(first, &v);
  volatile int used = kib ? use(kib) : print(1.5);
  (void)used;
  atomic_fetch_add_explicit(&parked, 1, memory_order_relaxed);
  chan_recv(second, &v);
}

static void all_parked(int n) {
  while (atomic_load_explicit(&parked, memory_order_relaxed) < n) go_yield();
  for (int i = 0; i < 100; i++) go_yield();
}

// report tells what is held beside start. most: what was held at most.
static void report(const char *what, int n, struct status start, bool most) {
  struct status now = status();
  long rss = most ? now.most_rss : now.rss;
  printf("%-22s %9.1f MB, %6.0f bytes each and %4.0f of page tables, %d mappings\n", what, (double)rss / 1024,
         (double)(rss - start.rss) * 1024 / n, (double)(now.tables - start.tables) * 1024 / n, mappings());
  fflush(stdout);
}

// first_use lets a few go the same way, so that what follows is compared with a runtime whose code and threads are there.
static void first_use(int kib) {
  enum { FEW = 64 };
  chan(int) first = chan_make(int), second = chan_make(int);
  for (int i = 0; i < FEW; i++) go(one, first, second, kib);
  all_parked(FEW);
  chan_close(first);
  all_parked(2 * FEW);
  chan_close(second);
  while (cr_num_goroutines() > 1) go_yield();
  cr_free_os_memory();
  atomic_store_explicit(&parked, 0, memory_order_relaxed);
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 100000, kib = argc > 2 ? atoi(argv[2]) : 0;
  first_use(kib);
  struct status start = status();
  report("at the start", n, start, false);
  struct times alone = bare_in_child(n);
  chan(int) first = chan_make(int), second = chan_make(int);
  struct times t = now();
  for (int i = 0; i < n; i++) go(one, first, second, kib);
  while (atomic_load_explicit(&parked, memory_order_relaxed) < n) go_yield();
  t = since(t);
  printf("started in %.0f ms; guards and pages alone %.0f ms: %.2f; processor time %.0f and %.0f ms: %.2f\n",
         (double)t.clock / 1e6, (double)alone.clock / 1e6, (double)t.clock / (double)alone.clock, (double)t.cpu / 1e6,
         (double)alone.cpu / 1e6, (double)t.cpu / (double)alone.cpu);
  all_parked(n);
  report("parked", n, start, false);
  forget_most();
  chan_close(first);
  all_parked(2 * n);
  report(kib ? "parked after use, most" : "after one snprintf", n, start, true);
  cr_free_os_memory();
  report("given back", n, start, false);
  chan_close(second);
  while (cr_num_goroutines() > 1) go_yield();
  cr_free_os_memory();
  report("ended", n, start, false);
}
