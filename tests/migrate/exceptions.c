// SPDX-License-Identifier: Apache-2.0
// exceptions.c: goroutines wait while exceptions.cpp catches what it throws: each keeps its own, on whichever thread.
// With an argument: what nobody catches ends the process and does not leave the goroutine.
#include <crun/crun.h>
#include <stdio.h>

int catches(int n, void (*park)(void));
void throws(void);

enum { WORKERS = 8, EACH = 50 };

static _Atomic int good;

static void park(void) { cr_sleep(1); }

static void worker(cr_chan(int) done) {
  for (int i = 0; i < EACH; i++) good += catches(i, park);
  cr_chan_send(done, 1);
}

int main(int argc, char **argv) {
  cr_chan(int) done = cr_chan_make(int);
  if (argc > 1) {
    cr_go(throws);
    cr_chan_recv(done, NULL);
  }
  for (int i = 0; i < WORKERS; i++) cr_go(worker, done);
  for (int i = 0; i < WORKERS; i++) cr_chan_recv(done, NULL);
  printf("%d of %d right\n", good, WORKERS * EACH);
}
