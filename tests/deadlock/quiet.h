// SPDX-License-Identifier: Apache-2.0
// quiet.h lets a program wait until nobody else in it can go on: what is stuck for good has no way to say so.
#ifndef TESTS_QUIET_H
#define TESTS_QUIET_H

#include <crun/crun.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUIET_UNSEEN __attribute__((disable_sanitizer_instrumentation, noinline)) static

// quiet_sleeps tells whether thread tid sleeps.
QUIET_UNSEEN bool quiet_sleeps(int tid) {
  char path[64], state = 'S';  // one that is gone has come to rest too
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  FILE *f = fopen(path, "re");
  if (!f) return true;
  bool read = fscanf(f, "%*d (%*[^)]) %c", &state) == 1;
  fclose(f);
  return !read || state == 'S';
}

QUIET_UNSEEN bool quiet_others_sleep(void) {
  DIR *d = opendir("/proc/self/task");
  bool all = true;
  for (struct dirent *e; d && all && (e = readdir(d));) {
    int tid = atoi(e->d_name);
    if (tid && tid != (int)syscall(SYS_gettid)) all = quiet_sleeps(tid);
  }
  if (d) closedir(d);
  return all;
}

// quiet returns when every other goroutine is parked and every other thread asleep: yields let what is
// runnable run on this processor, and no other has a thread that is awake.
QUIET_UNSEEN void quiet(void) {
  for (int still = 0; still < 5; still = quiet_others_sleep() ? still + 1 : 0)
    for (int i = 0; i < 50; i++) cr_yield();
}

#endif
