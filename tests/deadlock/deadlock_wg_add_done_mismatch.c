// SPDX-License-Identifier: Apache-2.0
// The group is raised by the number of hosts, but a host that is down gets no goroutine: the count stays above 0.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: ping_all(...)
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
  wg_add(&wg, n);
  for (int i = 0; i < n; i++) {
    if (!hosts[i].up) continue;
    go(ping, &hosts[i], &wg);
  }
  wg_wait(&wg);
}

int main(void) {
  struct host hosts[] = {{true, 0}, {false, 0}, {true, 0}};
  ping_all(hosts, 3);
  return hosts[0].latency + hosts[2].latency != 2;
}
