// SPDX-License-Identifier: Apache-2.0
// cost_test.c: what goroutines cost, held to its bars: memory with page tables and mappings of those parked, nothing of
// those that have ended. How long it takes to start them is measured in tests/bench/stacks.c.
#include "sync_help.h"

#include <dirent.h>

#include "sched/g.h"
#include "sched/sched.h"
#include "stack/stack.h"

// AddressSanitizer keeps some memory of each stack.
#ifdef __SANITIZE_ADDRESS__
enum { PARKED = 2000, SANITIZED = true };
#else
enum { PARKED = 20000, SANITIZED = false };
#endif
enum { CYCLES = 1000000, BATCH = 1000, PARKED_BYTES = 4800, PRINTED_BYTES = 9000 };

// What the process holds. Asking allocates nothing that stays.
struct held {
  long rss_kb, tables_kb, mappings, descriptors;
};

static void lines_of(const char *path, void (*fn)(const char *line, struct held *h), struct held *h) {
  char line[1024];
  FILE *f = fopen(path, "r");
  check(f != NULL);
  while (fgets(line, sizeof line, f)) fn(line, h);
  fclose(f);
}

static void of_status(const char *line, struct held *h) {
  sscanf(line, "VmRSS: %ld", &h->rss_kb);
  sscanf(line, "VmPTE: %ld", &h->tables_kb);
}

static void of_maps(const char *line, struct held *h) { h->mappings++; }

static struct held held(void) {
  struct held h = {0};
  lines_of("/proc/self/status", of_status, &h);
  lines_of("/proc/self/maps", of_maps, &h);
  DIR *d = opendir("/proc/self/fd");
  check(d != NULL);
  while (readdir(d)) h.descriptors++;
  closedir(d);
  return h;
}

static long bytes_each(struct held before, struct held now, int n) {
  return (now.rss_kb - before.rss_kb + now.tables_kb - before.tables_kb) * 1024 / n;
}

static __attribute__((noinline)) void print(double d) {
  char text[64];
  check(snprintf(text, sizeof text, "%f", d) > 0);
}

static void parks(cr_chan(int) first, cr_chan(int) second, _Atomic int *there) {
  add_rlx(there, 1);
  cr_chan_recv(first, NULL);
  print(1.5);
  add_rlx(there, 1);
  cr_chan_recv(second, NULL);
}

static void count_waiting(struct g *gp, void *n) { *(int *)n += load_acq(&gp->status) == G_WAITING && !gp->is_thread; }

static void all_parked(_Atomic int *there, int n) {
  until(load_rlx(there) == n);
  for (int waiting = 0; waiting < PARKED; sched_each(count_waiting, &waiting)) waiting = 0, cr_yield();
}

// guards_are_cheap: without MADV_GUARD_INSTALL (Linux 6.13) each guard is a mapping of its own, and costs 200 bytes.
static bool guards_are_cheap(struct held before, struct held now) { return now.mappings - before.mappings < PARKED / 2; }

static void a_parked_goroutine(void) {
  cr_chan(int) first = cr_chan_make(int), second = cr_chan_make(int);
  _Atomic int there = 0;
  uint64_t others = cr_num_goroutines();
  cr_free_os_memory();
  struct held before = held();
  for (int i = 0; i < PARKED; i++) cr_go(parks, first, second, &there);
  all_parked(&there, PARKED);
  struct held parked = held();
  if (guards_are_cheap(before, parked)) check(parked.mappings - before.mappings < 200);  // threads' too
  if (!SANITIZED) check(bytes_each(before, parked, PARKED) <= PARKED_BYTES);
  cr_chan_close(first);
  all_parked(&there, 2 * PARKED);
  if (!SANITIZED) check(bytes_each(before, held(), PARKED) <= PRINTED_BYTES);
  cr_free_os_memory();
  if (!SANITIZED) check(bytes_each(before, held(), PARKED) <= PARKED_BYTES);
  cr_chan_close(second);
  until(cr_num_goroutines() <= others);
  cr_free_os_memory();
  if (!SANITIZED) check(held().rss_kb <= before.rss_kb + before.rss_kb / 10 + 4096);
  cr_chan_free(first), cr_chan_free(second);
}

static void a_batch(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, BATCH);
  for (int i = 0; i < BATCH; i++) cr_go(cr_waitgroup_done, &wg);
  cr_waitgroup_wait(&wg);
}

static void a_million_grow_nothing(void) {
  for (int i = 0; i < 50; i++) a_batch();
  struct held before = held();
  for (int i = 0; i < (SANITIZED ? CYCLES / 20 : CYCLES) / BATCH; i++) a_batch();
  struct held after = held();
  check(after.rss_kb < before.rss_kb + 4 * BATCH * (SANITIZED ? 4 : 2) + 4096);  // batches may overlap
  check(after.mappings < before.mappings + 300);                                // threads may have come
  check(after.descriptors < before.descriptors + 20);                           // the watching thread looks at files
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {GO_TEST(a_parked_goroutine), GO_TEST(a_million_grow_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
