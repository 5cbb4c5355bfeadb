// SPDX-License-Identifier: Apache-2.0
// Opposite orders, but what has the one is over before what has the other is begun: by go, by a waitgroup, by a
// channel, by a once.
#include "turns.h"

static cr_mutex a, b;
static cr_waitgroup wg;
static cr_once once;

static void ba(void) { pair(&b, &a); }

static void ba_done(void) {
  pair(&b, &a);
  cr_waitgroup_done(&wg);
}

static void ab_done(void) {
  pair(&a, &b);
  cr_waitgroup_done(&wg);
}

static void ba_send(cr_chan(int) c) {
  pair(&b, &a);
  cr_chan_send(c, 1);
}

static void use_once(void) {
  cr_once_do(&once, ba);
  cr_waitgroup_done(&wg);
}

int main(void) {
  pair(&a, &b);
  cr_waitgroup_add(&wg, 1);
  cr_go(ba_done);
  cr_waitgroup_wait(&wg);
  pair(&a, &b);
  cr_chan(int) c = cr_chan_make(int);
  cr_go(ba_send, c);
  cr_chan_recv(c, NULL);
  pair(&a, &b);
  cr_waitgroup_add(&wg, 1);
  cr_go(use_once);
  cr_waitgroup_wait(&wg);
  cr_waitgroup_add(&wg, 2);
  cr_go(ab_done);
  cr_go(ab_done);
  cr_waitgroup_wait(&wg);
  cr_chan_free(c);
}
