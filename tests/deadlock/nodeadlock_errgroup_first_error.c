// SPDX-License-Identifier: Apache-2.0
// The first error of a group cancels the others, and all are waited for.
#include <crun/crun.h>
#include <crun/short.h>
#include <errno.h>

static cr_context *ctx;

static int fetch(void *arg) {
  long n = (long)arg;
  if (n == 3) return EIO;
  chan_recv(cr_context_done(ctx), NULL);
  return cr_context_err(ctx);
}

int main(void) {
  errgroup group = {0};
  ctx = errgroup_context(&group, cr_context_background());
  for (long n = 0; n < 5; n++) errgroup_go(&group, fetch, (void *)n);
  return errgroup_wait(&group) != EIO;
}
