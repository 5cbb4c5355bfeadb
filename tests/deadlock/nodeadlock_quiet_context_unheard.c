// SPDX-License-Identifier: Apache-2.0
// A context has a little while left, and a goroutine waits for its end.
#include <crun/crun.h>
#include <crun/short.h>

static void works(cr_context *ctx, chan(int) jobs, chan(char) ended) {
  for (bool go_on = true; go_on && !cr_context_err(ctx);) {
    select {
      on_recv(jobs, NULL) {}
      on_recv(cr_context_done(ctx), NULL) { go_on = false; }
    }
  }
  chan_close(ended);
}

int main(void) {
  cr_context *ctx = cr_context_with_timeout(cr_context_background(), 5 * CR_MILLISECOND);
  chan(int) jobs = chan_make(int);
  chan(char) ended = chan_make(char);
  go(works, ctx, jobs, ended);
  chan_recv(ended, NULL);
  cr_context_free(ctx);
  return 0;
}
