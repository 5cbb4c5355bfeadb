// SPDX-License-Identifier: Apache-2.0
// A daemon waits on a channel that only a heap structure behind a global knows, two pointers deep.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct service {
  chan(int) requests;
};
struct registry {
  struct registry *next;
  struct service *service;
};
static struct registry *registry;

static void serve(struct service *s) {
  for_chan (int, r, s->requests) (void)r;
}

static void add(void) {
  struct registry *r = malloc(sizeof *r);
  r->service = malloc(sizeof *r->service);
  r->service->requests = chan_make(int);
  r->next = registry;
  registry = r;
  go(serve, r->service);
}

int main(void) {
  for (int i = 0; i < 3; i++) add();
  chan_send(registry->next->service->requests, 1);
  quiet();
  return 0;
}
