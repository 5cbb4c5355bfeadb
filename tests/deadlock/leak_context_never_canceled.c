// SPDX-License-Identifier: Apache-2.0
// Each request derives a context and returns early without canceling it: nobody waits for its end, and nobody can bring it about.
// exit: 2
// finding: misuse context-never-canceled: handles, serves
// stderr: WARNING: MISUSE: 3 contexts were never canceled, and nobody can get at them to do so
// stderr: It derives from context
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))

static cr_context *server;
static volatile int after;  // so that no call is in place of a return

NOINLINE static void handles(int request) {
  cr_context *ctx = cr_context_with_cancel(server);
  if (request > 0) return;
  cr_context_cancel(ctx);
  cr_context_free(ctx);
}

NOINLINE static void serves(void) {
  for (int i = 3; i >= 0; i--) handles(i);
  after++;
}

NOINLINE static void starts(void) {
  server = cr_context_with_cancel(cr_context_background());
  after++;
}

int main(void) {
  starts();
  serves();
  return 0;
}
