// SPDX-License-Identifier: Apache-2.0
// A task that has more to do adds it if there is room, and else does it itself.
#include <crun/crun.h>
#include <crun/short.h>

static errgroup group;
static _Atomic int visited;

static int walk(void *arg) {
  long depth = (long)arg;
  visited++;
  if (depth == 0) return 0;
  if (errgroup_try_go(&group, walk, (void *)(depth - 1))) return 0;
  return walk((void *)(depth - 1));
}

int main(void) {
  errgroup_limit(&group, 1);
  errgroup_go(&group, walk, (void *)3L);
  int err = errgroup_wait(&group);
  return err || visited != 4;
}
