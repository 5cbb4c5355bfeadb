// SPDX-License-Identifier: Apache-2.0
// Three replicas are asked, the first answer is taken, and the two others are never received.
// exit: 67
// finding: leak unreachable: replica
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

enum { REPLICAS = 3 };

static void replica(int id, int key, chan(int) answers) { chan_send(answers, key * 100 + id); }

static int first_answer(int key) {
  chan(int) answers = chan_make(int);
  int v;
  for (int id = 0; id < REPLICAS; id++) go(replica, id, key, answers);
  chan_recv(answers, &v);
  return v;
}

int main(void) {
  int v = first_answer(4);
  quiet();
  return v / 100 != 4;
}
