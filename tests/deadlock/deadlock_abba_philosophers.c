// SPDX-License-Identifier: Apache-2.0
// Five philosophers each hold the left fork and wait for the right one: a cycle of five.
// exit: 2
// finding: deadlock mutex-cycle: dine
// stderr: WARNING: DEADLOCK: 5 goroutines wait for each other's locks
// stderr: "philosopher 0"
// stderr: "philosopher 4"
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

enum { N = 5 };
static mutex fork_of[N];
static int meals[N];
static waitgroup seated;  // each has its left fork

static void dine(int who, waitgroup *wg) {
  char name[32];
  snprintf(name, sizeof name, "philosopher %d", who);
  cr_set_name(name);
  int left = who, right = (who + 1) % N;
  mutex_lock(&fork_of[left]);
  wg_done(&seated);
  wg_wait(&seated);
  mutex_lock(&fork_of[right]);
  meals[who]++;
  mutex_unlock(&fork_of[right]);
  mutex_unlock(&fork_of[left]);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&seated, N);
  wg_add(&wg, N);
  for (int who = 0; who < N; who++) go(dine, who, &wg);
  wg_wait(&wg);
  return meals[0] + meals[4] != 2;
}
