// SPDX-License-Identifier: Apache-2.0
// The group is raised by one for each goroutine as it is started.
#include <crun/crun.h>
#include <crun/short.h>

struct host {
  bool up;
  int latency;
};

static void ping(struct host *h, waitgroup *wg) {
  h->latency = 1;
  wg_done(wg);
}

static void ping_all(struct host *hosts, int n) {
  waitgroup wg = {0};
  for (int i = 0; i < n; i++) {
    if (!hosts[i].up) continue;
    wg_add(&wg, 1);
    go(ping, &hosts[i], &wg);
  }
  wg_wait(&wg);
}

int main(void) {
  struct host hosts[] = {{true, 0}, {false, 0}, {true, 0}};
  ping_all(hosts, 3);
  return hosts[0].latency + hosts[2].latency != 2;
}
