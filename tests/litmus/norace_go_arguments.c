// SPDX-License-Identifier: Apache-2.0
// Arguments of `go` are copied: a record given by value belongs to the goroutine alone.
#include "litmus.h"

struct job {
  long id, parts[9];
  double weight;
};

static void child(struct job j, waitgroup *wg) {
  for (int i = 0; i < 9; i++) j.parts[i] += j.id;
  use(j.parts[8]);
  wg_done(wg);
}

int main(void) {
  struct job j = {.id = 1};
  waitgroup wg = {0};
  for (int i = 0; i < 10; i++) {
    j.id = i;
    wg_add(&wg, 1);
    go(child, j, &wg);
    j.parts[i % 9] = i;
  }
  wg_wait(&wg);
}
