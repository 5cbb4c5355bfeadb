// SPDX-License-Identifier: Apache-2.0
// The making of a deadline happens before what follows from it: here the function afterwards.
#include "litmus.h"

int x;

static void runs(void *done) {
  x = 2;
  chan_close((chan(int))(uintptr_t)done);
}

int main(void) {
  chan(int) done = chan_make(int);
  for (int i = 0; i < 2; i++) {
    x = 1;
    cr_context *ctx = cr_context_with_timeout(cr_context_background(), i ? 0 : CR_MILLISECOND);
    x = 1;
    cr_context_watch *w = cr_context_after_func(ctx, runs, (void *)(uintptr_t)done);
    chan_recv(done, NULL);
    x = 3;
    if (cr_context_stop(w)) exit(3);
    cr_context_free(ctx);
    chan_free(done);
    done = chan_make(int);
  }
}
