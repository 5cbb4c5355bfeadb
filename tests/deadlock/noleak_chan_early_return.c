// SPDX-License-Identifier: Apache-2.0
// The search tells the producer that it has enough.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void list_files(chan(int) out, int n, chan(char) enough) {
  defer_close(out);
  for (int i = 0; i < n; i++) {
    select {
      on_send(out, i) {}
      on_recv(enough, NULL) { return; }
    }
  }
}

static int find(int wanted) {
  chan(int) files = chan_make(int);
  chan(char) enough = chan_make(char);
  defer_close(enough);
  go(list_files, files, 100, enough);
  for_chan (int, f, files)
    if (f == wanted) return f;
  return -1;
}

int main(void) {
  int found = find(3);
  quiet();
  return found != 3;
}
