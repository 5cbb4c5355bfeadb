// SPDX-License-Identifier: Apache-2.0
// A task of a group with a limit of one adds another to the group and waits for room: its own.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: walk(...)
#include <crun/crun.h>
#include <crun/short.h>

static errgroup group;
static _Atomic int visited;

static int walk(void *arg) {
  long depth = (long)arg;
  visited++;
  if (depth == 0) return 0;
  errgroup_go(&group, walk, (void *)(depth - 1));
  return 0;
}

int main(void) {
  errgroup_limit(&group, 1);
  errgroup_go(&group, walk, (void *)3L);
  int err = errgroup_wait(&group);
  return err || visited != 4;
}
