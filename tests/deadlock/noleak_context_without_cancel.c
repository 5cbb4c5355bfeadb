// SPDX-License-Identifier: Apache-2.0
// Clean-up work has a context of its own, which is canceled.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void clean_up(cr_context *ctx, chan(int) files) {
  for (bool go_on = true; go_on;) {
    select {
      on_recv(files, NULL) {}
      on_recv(cr_context_done(ctx), NULL) { go_on = false; }
    }
  }
  cr_context_free(ctx);
}

static void request(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  cr_context *detached = cr_context_without_cancel(ctx), *own = cr_context_with_cancel(detached);
  chan(int) files = chan_make(int);
  go(clean_up, cr_context_keep(own), files);
  chan_send(files, 1);
  cr_context_cancel(ctx);
  cr_context_cancel(own);
  cr_context_free(own);
  cr_context_free(detached);
  cr_context_free(ctx);
}

int main(void) {
  request();
  quiet();
  return 0;
}
