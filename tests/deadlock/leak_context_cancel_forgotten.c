// SPDX-License-Identifier: Apache-2.0
// A subscription ends with its context, and the early return forgets to cancel it.
// exit: 67
// stderr: which nobody has canceled at
// finding: leak unreachable: subscription
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void subscription(cr_context *ctx) {
  chan_recv(cr_context_done(ctx), NULL);
  cr_context_free(ctx);
}

static int upload(int size) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  defer(cr_context_free, ctx);
  go(subscription, cr_context_keep(ctx));
  if (size == 0) return -1;  // nothing to do
  cr_context_cancel(ctx);
  return size;
}

int main(void) {
  int size = upload(0);
  quiet();
  return size != -1;
}
