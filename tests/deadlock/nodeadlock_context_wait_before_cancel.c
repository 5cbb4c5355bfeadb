// SPDX-License-Identifier: Apache-2.0
// The server cancels its handlers and waits for them then.
#include <crun/crun.h>
#include <crun/short.h>

static void handler(cr_context *ctx, chan(int) requests, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  defer(cr_context_free, ctx);
  for (bool go_on = true; go_on;) {
    select {
      on_recv(requests, NULL) {}
      on_recv(cr_context_done(ctx), NULL) { go_on = false; }
    }
  }
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) requests = chan_make(int);
  waitgroup wg = {0};
  for (int i = 0; i < 2; i++) {
    wg_add(&wg, 1);
    go(handler, cr_context_keep(ctx), requests, &wg);
  }
  for (int i = 0; i < 5; i++) chan_send(requests, i);
  cr_context_cancel(ctx);
  wg_wait(&wg);
  cr_context_free(ctx);
  return 0;
}
