// SPDX-License-Identifier: Apache-2.0
// Two transfers between the same accounts lock them in opposite order.
// exit: 2
// finding: deadlock mutex-cycle: transfer
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct account {
  int number;
  mutex mu;
  int balance;  // under mu
};

static waitgroup both;  // each has its first lock

static void transfer(struct account *from, struct account *to, int amount, waitgroup *wg) {
  mutex_lock(&from->mu);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&to->mu);
  from->balance -= amount;
  to->balance += amount;
  mutex_unlock(&to->mu);
  mutex_unlock(&from->mu);
  wg_done(wg);
}

int main(void) {
  static struct account a = {.number = 1, .balance = 100}, b = {.number = 2, .balance = 100};
  waitgroup wg = {0};
  wg_add(&both, 2);
  wg_add(&wg, 2);
  go(transfer, &a, &b, 10, &wg);
  go(transfer, &b, &a, 20, &wg);
  wg_wait(&wg);
  return a.balance != 110;
}
