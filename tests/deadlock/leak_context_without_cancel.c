// SPDX-License-Identifier: Apache-2.0
// Clean-up work is given a context without cancel and then told to end by the cancel of the one it came from.
// exit: 67
// finding: leak unreachable: clean_up
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
  cr_context *own = cr_context_without_cancel(ctx);
  chan(int) files = chan_make(int);
  go(clean_up, own, files);
  chan_send(files, 1);
  cr_context_cancel(ctx);
  cr_context_free(ctx);
}

int main(void) {
  request();
  quiet();
  return 0;
}
