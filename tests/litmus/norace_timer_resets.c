// SPDX-License-Identifier: Apache-2.0
// Resets and stops of one timer that a mutex, a group or the timer's own function put in order; and two stops, which come to the same.
#include "litmus.h"

static mutex m;
static chan(int) again;
static cr_timer *periodic;
static waitgroup reset, stopped;

static void uses(cr_timer *t) {
  mutex_lock(&m);
  cr_timer_stop(t);
  cr_timer_reset(t, CR_HOUR);
  mutex_unlock(&m);
  wg_done(&reset);
  wg_wait(&reset);
  cr_timer_stop(t);
  wg_done(&stopped);
}

// resets_itself is the timer's function: it starts after the reset that led to it.
static void resets_itself(void *n) {
  if (--*(int *)n > 0) cr_timer_reset(periodic, 1000);
  else chan_close(again);
}

int main(void) {
  int n = 3;
  cr_timer *t = cr_timer_new(CR_HOUR);
  wg_add(&reset, 2);
  wg_add(&stopped, 2);
  again = chan_make(int, 0);
  go(uses, t);
  uses(t);
  wg_wait(&stopped);
  cr_timer_free(t);
  periodic = cr_after_func(CR_HOUR, resets_itself, &n);
  cr_timer_reset(periodic, 0);
  chan_recv(again, NULL);
  cr_timer_free(periodic);
  chan_free(again);
}
