// SPDX-License-Identifier: Apache-2.0
// The send and the context's end are cases of one select.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void walk(cr_context *ctx, chan(int) paths) {
  defer(cr_context_free, ctx);
  for (int i = 0; !cr_context_err(ctx); i++) {
    select {
      on_send(paths, i) {}
      on_recv(cr_context_done(ctx), NULL) {}
    }
  }
}

static int first(int n) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) paths = chan_make(int);
  int v = -1;
  go(walk, cr_context_keep(ctx), paths);
  for (int i = 0; i < n; i++) chan_recv(paths, &v);
  cr_context_cancel(ctx);
  cr_context_free(ctx);
  return v;
}

int main(void) {
  int v = first(3);
  quiet();
  return v != 2;
}
