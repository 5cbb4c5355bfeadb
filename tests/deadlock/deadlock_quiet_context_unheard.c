// SPDX-License-Identifier: Apache-2.0
// A context has an hour left, and nobody waits for its end.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: works(...)
#include <crun/crun.h>
#include <crun/short.h>

static void works(cr_context *ctx, chan(int) jobs, chan(char) ended) {
  for (bool go_on = true; go_on && !cr_context_err(ctx);) {
    go_on = chan_recv(jobs, NULL);
  }
  chan_close(ended);
}

int main(void) {
  cr_context *ctx = cr_context_with_timeout(cr_context_background(), CR_HOUR);
  chan(int) jobs = chan_make(int);
  chan(char) ended = chan_make(char);
  go(works, ctx, jobs, ended);
  chan_recv(ended, NULL);
  cr_context_free(ctx);
  return 0;
}
