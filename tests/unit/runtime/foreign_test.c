// SPDX-License-Identifier: Apache-2.0
// foreign_test.c: a goroutine that holds a pthread lock stays on its thread, and its waits meanwhile are counted.
//
// The names of pthread's functions are not ours in this program (posix.names serves the archives), so what posix_lock.c
// would say is said here.
#include "sched/foreign.h"

#include <stdatomic.h>
#include <sys/syscall.h>

#include "sync_help.h"

enum { HOLDERS = 8, WAITS = 200 };
static pthread_mutex_t locks[HOLDERS];

static long tid(void) { return syscall(SYS_gettid); }

static void holds(int i, cr_chan(int) values, cr_waitgroup *wg) {
  int v;
  for (int k = 0; k < WAITS; k++) {
    pthread_mutex_lock(&locks[i]);
    foreign_taken(&locks[i], 0, 1, NULL);
    foreign_taken(&locks[i], 0, 1, NULL);  // two of them
    long here = tid();
    check(cr_chan_recv(values, &v));
    check_eq(tid(), here);
    foreign_left();
    cr_yield();
    check_eq(tid(), here);
    check_eq(pthread_mutex_unlock(&locks[i]), 0);
    foreign_left();
  }
  cr_waitgroup_done(wg);
}

static void stays_and_is_counted(void) {
  struct cr_stats before, after;
  cr_chan(int) values = cr_chan_make(int, 0);
  cr_waitgroup wg = {0};
  cr_read_stats(&before);
  cr_waitgroup_add(&wg, HOLDERS);
  for (int i = 0; i < HOLDERS; i++) {
    pthread_mutex_init(&locks[i], NULL);
    cr_go(holds, i, values, &wg);
  }
  for (int i = 0; i < HOLDERS * WAITS; i++) cr_chan_send(values, i);
  cr_waitgroup_wait(&wg);
  cr_read_stats(&after);
  check(after.pthread_lock_parks > before.pthread_lock_parks);
  cr_chan_free(values);
}

static void ends(cr_waitgroup *wg) {
  foreign_taken(&locks[0], 0, 1, NULL);
  cr_waitgroup_done(wg);
}

static void waits(cr_waitgroup *wg) {
  cr_yield();
  cr_waitgroup_done(wg);
}

// What a goroutine held when it ended is not held by the next one on its stack.
static void nothing_is_left_behind(void) {
  struct cr_stats before, after;
  cr_waitgroup wg = {0};
  for (int i = 0; i < 50; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(ends, &wg);
    cr_waitgroup_wait(&wg);
  }
  cr_read_stats(&before);
  cr_waitgroup_add(&wg, 50);
  for (int i = 0; i < 50; i++) cr_go(waits, &wg);
  cr_waitgroup_wait(&wg);
  cr_read_stats(&after);
  check_eq(after.pthread_lock_parks, before.pthread_lock_parks);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(stays_and_is_counted),
      GO_TEST(nothing_is_left_behind),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
