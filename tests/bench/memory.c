// SPDX-License-Identifier: Apache-2.0
// memory.c: parks goroutines on a channel and prints the megabytes that the process then takes, page tables included.
//   memory [how many [quiet]]      quiet: on a wait group, with no local whose address is given away
#include <crun/crun.h>
#include <crun/short.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int started;

static void parked(chan(int) c) {
  int v;
  atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
  chan_recv(c, &v);
}

static waitgroup gate;

static void quiet(void) {
  atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
  wg_wait(&gate);
}

static long status_kb(const char *format) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  long kb = 0;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, format, &kb) == 1) break;
  if (f) fclose(f);
  return kb;
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 100000;
  chan(int) c = chan_make(int);
  wg_add(&gate, 1);
  for (int i = 0; i < n; i++) {
    if (argc > 2) go(quiet);
    else go(parked, c);
  }
  while (atomic_load_explicit(&started, memory_order_relaxed) < n) go_yield();
  for (int i = 0; i < 1000; i++) go_yield();
  printf("%.1f\n", (status_kb("VmRSS: %ld") + status_kb("VmPTE: %ld")) / 1024.0);
}
