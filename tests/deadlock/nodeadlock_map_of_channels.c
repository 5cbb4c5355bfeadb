// SPDX-License-Identifier: Apache-2.0
// Sessions are found in a cr_map by their names, and their goroutines wait for what is posted to them.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>

#include "quiet.h"

struct session {
  chan(int) inbox;
};
static cr_map sessions;

static void session(struct session *s) {
  for_chan (int, m, s->inbox) (void)m;
}

static void enter(int n) {
  char name[16];
  struct session *s = malloc(sizeof *s);
  snprintf(name, sizeof name, "user%d", n);
  s->inbox = chan_make(int);
  cr_map_store(&sessions, CR_KEY(name), s);
  go(session, s);
}

int main(void) {
  for (int n = 0; n < 20; n++) enter(n);
  quiet();
  struct session *s = cr_map_load(&sessions, CR_KEY("user7"));
  chan_send(s->inbox, 1);
  return 0;
}
