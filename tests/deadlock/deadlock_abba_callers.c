// SPDX-License-Identifier: Apache-2.0
// Who locked the first account has not returned, and the stack of then is as long as that of now.
// exit: 2
// finding: deadlock mutex-cycle: debit, order, transfer
// not stderr:   [called, or from elsewhere
#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))
#define NO_TAIL() __asm__ volatile("")

struct account {
  mutex mu;
  int balance;  // under mu
};

static struct account a = {.balance = 100}, b = {.balance = 100};
static waitgroup both;  // each has its first lock
static waitgroup over;

NOINLINE static void credit(struct account *to, int amount) {
  mutex_lock(&to->mu);
  to->balance += amount;
  mutex_unlock(&to->mu);
  NO_TAIL();
}

NOINLINE static void debit(struct account *from, struct account *to, int amount) {
  mutex_lock(&from->mu);
  wg_done(&both);
  wg_wait(&both);
  from->balance -= amount;
  credit(to, amount);
  mutex_unlock(&from->mu);
}

NOINLINE static void order(struct account *from, struct account *to, int parts) {
  if (parts > 1) order(from, to, parts - 1);
  else debit(from, to, 10);
  NO_TAIL();
}

static void transfer(struct account *from, struct account *to) {
  order(from, to, 3);
  wg_done(&over);
}

int main(void) {
  wg_add(&both, 2);
  wg_add(&over, 2);
  go(transfer, &a, &b);
  go(transfer, &b, &a);
  wg_wait(&over);
  return 0;
}
