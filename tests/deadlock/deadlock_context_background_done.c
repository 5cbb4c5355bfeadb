// SPDX-License-Identifier: Apache-2.0
// A loop that is to end with its context is given the background, whose done channel is nil.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: watch(...)
#include <crun/crun.h>
#include <crun/short.h>

static void watch(cr_context *ctx, chan(int) changes, chan(char) ended) {
  for (bool go_on = true; go_on;) {
    select {
      on_recv(changes, NULL) {}
      on_recv(cr_context_done(ctx), NULL) { go_on = false; }
    }
  }
  chan_close(ended);
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) changes = chan_make(int);
  chan(char) ended = chan_make(char);
  go(watch, cr_context_background(), changes, ended);
  chan_send(changes, 1);
  cr_context_cancel(ctx);
  chan_recv(ended, NULL);
  cr_context_free(ctx);
  return 0;
}
