// SPDX-License-Identifier: Apache-2.0
// The middle stage of a pipeline stops at a bad item: the stage before it stays in its send.
// exit: 67
// finding: leak unreachable: source
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void source(chan(int) out) {
  for (int i = 0; i < 10; i++) chan_send(out, i);
  chan_close(out);
}

static void parse(chan(int) in, chan(int) out) {
  bool bad = false;
  for_chan (int, v, in) {
    bad |= v == 5;
    if (bad) break;
    chan_send(out, v);
  }
  chan_close(out);
}

int main(void) {
  chan(int) raw = chan_make(int), parsed = chan_make(int);
  int sum = 0;
  go(source, raw);
  go(parse, raw, parsed);
  for_chan (int, v, parsed) sum += v;
  quiet();
  return sum != 10;
}
