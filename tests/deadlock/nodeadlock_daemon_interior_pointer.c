// SPDX-License-Identifier: Apache-2.0
// The only way to a daemon's channel is a pointer into the middle of the block that holds it.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct node {
  char name[40];
  chan(int) in;
  int links[4];
};
static int *link_of;  // into a node

static void serve(chan(int) in) {
  for_chan (int, v, in) (void)v;
}

static void start(void) {
  struct node *n = calloc(1, sizeof *n);
  n->in = chan_make(int);
  link_of = &n->links[2];
  go(serve, n->in);
}

int main(void) {
  start();
  quiet();
  struct node *n = (struct node *)((char *)link_of - offsetof(struct node, links[2]));
  chan_send(n->in, 1);
  return 0;
}
