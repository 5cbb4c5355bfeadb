// SPDX-License-Identifier: Apache-2.0
// A hub sends to its subscribers under its lock, and one that has enough takes the lock to leave.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: publish(...)
// stderr: leave(...)
#include <crun/crun.h>
#include <crun/short.h>

enum { MAX = 4 };

struct hub {
  mutex mu;
  chan(int) subscriber[MAX];  // under mu
};

static void publish(struct hub *h, const int *events, int n) {
  mutex_lock(&h->mu);
  for (int e = 0; e < n; e++)
    for (int i = 0; i < MAX; i++)
      if (h->subscriber[i]) chan_send(h->subscriber[i], events[e]);
  mutex_unlock(&h->mu);
}

static void leave(struct hub *h, int who) {
  mutex_lock(&h->mu);
  h->subscriber[who] = NULL;
  mutex_unlock(&h->mu);
}

static void subscriber(struct hub *h, int who, chan(int) events, waitgroup *wg) {
  chan_recv(events, NULL);  // one is enough
  leave(h, who);
  wg_done(wg);
}

int main(void) {
  static struct hub h;
  static const int events[] = {1, 2};
  waitgroup wg = {0};
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) {
    h.subscriber[i] = chan_make(int);
    go(subscriber, &h, i, h.subscriber[i], &wg);
  }
  publish(&h, events, 2);
  wg_wait(&wg);
  return 0;
}
