// SPDX-License-Identifier: Apache-2.0
// A handler derives its worker's context from the request's.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void worker(cr_context *ctx, chan(int) rows) {
  defer(cr_context_free, ctx);
  for (int i = 0;; i++) {
    select {
      on_send(rows, i) {}
      on_recv(cr_context_done(ctx), NULL) { return; }
    }
  }
}

static int handle(cr_context *ctx) {
  cr_context *mine = cr_context_with_cancel(ctx);
  chan(int) rows = chan_make(int);
  int row = -1;
  go(worker, mine, rows);
  for (int i = 0; i < 3 && !cr_context_err(ctx); i++) chan_recv(rows, &row);
  return row;
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  int row = handle(ctx);
  cr_context_cancel(ctx);
  cr_context_free(ctx);
  quiet();
  return row != 2;
}
