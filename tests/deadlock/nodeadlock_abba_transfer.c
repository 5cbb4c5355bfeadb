// SPDX-License-Identifier: Apache-2.0
// Two transfers between the same accounts lock the lower number first.
#include <crun/crun.h>
#include <crun/short.h>

struct account {
  int number;
  mutex mu;
  int balance;  // under mu
};

static void transfer(struct account *from, struct account *to, int amount, waitgroup *wg) {
  struct account *first = from->number < to->number ? from : to, *second = first == from ? to : from;
  mutex_lock(&first->mu);
  mutex_lock(&second->mu);
  from->balance -= amount;
  to->balance += amount;
  mutex_unlock(&to->mu);
  mutex_unlock(&from->mu);
  wg_done(wg);
}

int main(void) {
  static struct account a = {.number = 1, .balance = 100}, b = {.number = 2, .balance = 100};
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(transfer, &a, &b, 10, &wg);
  go(transfer, &b, &a, 20, &wg);
  wg_wait(&wg);
  return a.balance != 110;
}
