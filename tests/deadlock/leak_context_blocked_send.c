// SPDX-License-Identifier: Apache-2.0
// A walk looks at its context before each step, but its send waits for a reader who left with the cancel.
// exit: 67
// finding: leak unreachable: walk
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void walk(cr_context *ctx, chan(int) paths) {
  defer(cr_context_free, ctx);
  for (int i = 0; !cr_context_err(ctx); i++) chan_send(paths, i);
}

static int first(int n) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) paths = chan_make(int);
  int v = -1;
  go(walk, cr_context_keep(ctx), paths);
  for (int i = 0; i < n; i++) chan_recv(paths, &v);
  quiet();  // it is in its next send
  cr_context_cancel(ctx);
  cr_context_free(ctx);
  return v;
}

int main(void) {
  int v = first(3);
  quiet();
  return v != 2;
}
