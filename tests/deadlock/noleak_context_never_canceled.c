// SPDX-License-Identifier: Apache-2.0
// Contexts that are not canceled, and need not be: given back, canceled with the one above, ended by a deadline of their own or of
// one above, held by who waits, by a global, or by a goroutine that goes on; or the function of one is to run.
// modes: race leak race-leak
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))

static cr_context *server;
static cr_context *held[3];
static chan(int) ready, stop;

// scrub overwrites what returned functions left in the stack: a search reads it as pointers, and would see less.
NOINLINE static void scrub(void) {
  volatile char dead[4096];
  for (size_t i = 0; i < sizeof dead; i++) dead[i] = 0;
}

static void waits(cr_context *ctx) {
  chan_send(ready, 1);
  chan_recv(cr_context_done(ctx), NULL);
  cr_context_free(ctx);
  chan_send(ready, 1);
}

// works holds a context in its frame alone, and can be woken: by a context below one that somebody can cancel.
static void works(cr_context *ctx) {
  cr_context *mine = cr_context_with_cancel(cr_context_background());
  waits(ctx);
  cr_context_cancel(mine);
  cr_context_free(mine);
  chan_send(ready, 1);
}

static void closes(void *c) { chan_close((chan(int))c); }

static void sleeps(cr_context *ctx) {
  chan_send(ready, 1);
  chan_recv(stop, NULL);
  cr_context_cancel(ctx);
  cr_context_free(ctx);
  chan_send(ready, 1);
}

NOINLINE static void derives(void) {
  cr_context_free(cr_context_with_cancel(server));
  cr_context *above = cr_context_with_cancel(server), *timed = cr_context_with_timeout(server, CR_HOUR);
  cr_context_with_cancel(above);
  cr_context_with_cancel(timed);
  cr_context_cancel(above);
  cr_context_free(above);
  held[0] = cr_context_with_cancel(server);
  held[1] = cr_context_with_value(cr_context_with_cancel(server), &server, NULL, NULL);
  go(waits, cr_context_with_cancel(server));
  go(works, cr_context_with_cancel(server));
  go(sleeps, cr_context_with_cancel(cr_context_background()));
  cr_context_after_func(server, closes, stop);
}

int main(void) {
  ready = chan_make(int, 0);
  stop = chan_make(int, 0);
  server = cr_context_with_cancel(cr_context_background());
  derives();
  scrub();
  for (int i = 0; i < 3; i++) chan_recv(ready, NULL);
  int leaks = cr_find_leaks();
  if (leaks > 0) return 1;
  cr_context_cancel(server);
  for (int i = 0; i < 4; i++) chan_recv(ready, NULL);
  cr_context_free(server);
  return 0;
}
