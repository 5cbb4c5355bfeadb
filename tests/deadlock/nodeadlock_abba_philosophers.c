// SPDX-License-Identifier: Apache-2.0
// Five philosophers of whom the last takes the right fork first.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

enum { N = 5 };
static mutex fork_of[N];
static int meals[N];

static void dine(int who, waitgroup *wg) {
  char name[32];
  snprintf(name, sizeof name, "philosopher %d", who);
  cr_set_name(name);
  int left = who, right = (who + 1) % N;
  if (who == N - 1) left = right, right = who;
  mutex_lock(&fork_of[left]);
  mutex_lock(&fork_of[right]);
  meals[who]++;
  mutex_unlock(&fork_of[right]);
  mutex_unlock(&fork_of[left]);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, N);
  for (int who = 0; who < N; who++) go(dine, who, &wg);
  wg_wait(&wg);
  return meals[0] + meals[4] != 2;
}
