// SPDX-License-Identifier: Apache-2.0
// A hub with both of its channels made.
#include <crun/crun.h>
#include <crun/short.h>

struct hub {
  chan(int) enter;
  chan(int) leave;
};

static void client(struct hub *h, int id) {
  chan_send(h->enter, id);
  chan_send(h->leave, id);
}

static int hub_run(struct hub *h, int n) {
  int id, inside = 0, left = 0;
  while (left < n) {
    select {
      on_recv(h->enter, &id) { inside++; }
      on_recv(h->leave, &id) { inside--; left++; }
    }
  }
  return inside;
}

int main(void) {
  struct hub h = {.enter = chan_make(int), .leave = chan_make(int)};
  for (int i = 0; i < 2; i++) go(client, &h, i);
  return hub_run(&h, 2);
}
