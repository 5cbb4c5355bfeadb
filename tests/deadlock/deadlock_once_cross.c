// SPDX-License-Identifier: Apache-2.0
// Two modules initialise each other: each goroutine runs one once's function and waits for the other's.
// exit: 2
// finding: deadlock mutex-cycle: init_codec, init_store
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static once codec, store;
static int codec_ready, store_ready;
static waitgroup both;  // both are inside before either asks for the other

static void meet(void) {
  wg_done(&both);
  wg_wait(&both);
}

static void init_store(void);

static void init_codec(void) {
  meet();
  once_do(&store, init_store);
  codec_ready = 1;
}

static void init_store(void) {
  meet();
  once_do(&codec, init_codec);
  store_ready = 1;
}

static void use_codec(waitgroup *wg) {
  once_do(&codec, init_codec);
  wg_done(wg);
}

static void use_store(waitgroup *wg) {
  once_do(&store, init_store);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&both, 2);
  wg_add(&wg, 2);
  go(use_codec, &wg);
  go(use_store, &wg);
  wg_wait(&wg);
  return codec_ready + store_ready != 2;
}
