// SPDX-License-Identifier: Apache-2.0
// A producer's last send ignores its canceled context: the consumer has left, and the group waits for the producer.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: produce(...)
// stderr: [sync.WaitGroup.Wait]
#include <crun/crun.h>
#include <crun/short.h>

static void produce(cr_context *ctx, chan(int) out, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  for (int i = 0; !cr_context_err(ctx); i++) {
    select {
      on_send(out, i) {}
      on_recv(cr_context_done(ctx), NULL) {}
    }
  }
  chan_send(out, -1);  // the end of the stream
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) out = chan_make(int);
  waitgroup wg = {0};
  int sum = 0, v;
  wg_add(&wg, 1);
  go(produce, ctx, out, &wg);
  for (int i = 0; i < 3; i++) {
    chan_recv(out, &v);
    sum += v;
  }
  cr_context_cancel(ctx);
  wg_wait(&wg);
  cr_context_free(ctx);
  return sum != 3;
}
