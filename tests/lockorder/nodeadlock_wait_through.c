// SPDX-License-Identifier: Apache-2.0
// A goroutine receives with lock a held, the sender needs b, and b is held while a is asked for: but before all that or
// after it, by the receiver, with a gate that the receiver has too, or only by a try.
#include "turns.h"

enum kind { BEFORE, AFTER, OWN, GATE, TRIES, KINDS };
static cr_mutex a[KINDS], b[KINDS], gate;
static cr_chan(int) c[KINDS], over;

static void sends(enum kind k) {
  cr_mutex_lock(&b[k]);
  cr_mutex_unlock(&b[k]);
  cr_chan_send(c[k], 1);
  turn_over();
}

static void receives(enum kind k) {
  turn_await(3 * (int)k + 1);
  if (k == OWN) pair(&b[k], &a[k]);
  if (k == GATE) cr_mutex_lock(&gate);
  cr_mutex_lock(&a[k]);
  cr_chan_recv(c[k], NULL);
  cr_mutex_unlock(&a[k]);
  if (k == GATE) cr_mutex_unlock(&gate);
  if (k == AFTER) cr_chan_send(over, 1);
  turn_over();
}

static void third(enum kind k) {
  turn_await(3 * (int)k + 2);
  if (k == AFTER) {
    cr_chan_recv(over, NULL);
    pair(&b[k], &a[k]);
  } else if (k == GATE) {
    cr_mutex_lock(&gate);
    pair(&b[k], &a[k]);
    cr_mutex_unlock(&gate);
  } else if (k == TRIES) {
    cr_mutex_lock(&b[k]);
    if (cr_mutex_trylock(&a[k])) cr_mutex_unlock(&a[k]);
    cr_mutex_unlock(&b[k]);
  }
  turn_over();
}

int main(void) {
  over = cr_chan_make(int, 1);
  pair(&b[BEFORE], &a[BEFORE]);
  for (enum kind k = 0; k < KINDS; k++) {
    c[k] = cr_chan_make(int, 1);
    cr_go(sends, k);
    cr_go(receives, k);
    cr_go(third, k);
    turn_await(3 * (int)k + 3);
    cr_chan_free(c[k]);
  }
  cr_chan_free(over);
}
