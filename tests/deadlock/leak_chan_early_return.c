// SPDX-License-Identifier: Apache-2.0
// The search returns at the first match and leaves the producer in its send.
// exit: 67
// finding: leak unreachable: list_files
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void list_files(chan(int) out, int n) {
  for (int i = 0; i < n; i++) chan_send(out, i);
  chan_close(out);
}

static int find(int wanted) {
  chan(int) files = chan_make(int);
  go(list_files, files, 100);
  for_chan (int, f, files)
    if (f == wanted) return f;
  return -1;
}

int main(void) {
  int found = find(3);
  quiet();
  return found != 3;
}
