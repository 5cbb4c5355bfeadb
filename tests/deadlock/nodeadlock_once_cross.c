// SPDX-License-Identifier: Apache-2.0
// Two modules, of which one initialises the other and not the other way round.
#include <crun/crun.h>
#include <crun/short.h>

static once codec, store;
static int codec_ready, store_ready;

static void init_codec(void) {
  codec_ready = 1;
}

static void init_store(void) {
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
  wg_add(&wg, 2);
  go(use_codec, &wg);
  go(use_store, &wg);
  wg_wait(&wg);
  return codec_ready + store_ready != 2;
}
