// SPDX-License-Identifier: Apache-2.0
// The channel has room for every replica's answer.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

enum { REPLICAS = 3 };

static void replica(int id, int key, chan(int) answers) { chan_send(answers, key * 100 + id); }

static int first_answer(int key) {
  chan(int) answers = chan_make(int, REPLICAS);
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
