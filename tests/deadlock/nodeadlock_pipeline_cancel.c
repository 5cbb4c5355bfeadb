// SPDX-License-Identifier: Apache-2.0
// A pipeline of four stages that ends by cancel in the middle of its stream.
#include <crun/crun.h>
#include <crun/short.h>

static void source(cr_context *ctx, chan(int) out) {
  defer_close(out);
  for (int i = 0;; i++) {
    select {
      on_send(out, i) {}
      on_recv(cr_context_done(ctx), NULL) { return; }
    }
  }
}

static void stage(cr_context *ctx, chan(int) in, chan(int) out) {
  defer_close(out);
  for_chan (int, v, in) {
    select {
      on_send(out, v + 1) {}
      on_recv(cr_context_done(ctx), NULL) { return; }
    }
  }
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) c[5];
  int v = 0;
  for (int i = 0; i < 5; i++) c[i] = chan_make(int);
  go(source, ctx, c[0]);
  for (int i = 0; i < 4; i++) go(stage, ctx, c[i], c[i + 1]);
  for (int i = 0; i < 10; i++) chan_recv(c[4], &v);
  cr_context_cancel(ctx);
  while (chan_recv(c[4], NULL)) {}
  return v != 13;
}
