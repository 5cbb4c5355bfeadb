// SPDX-License-Identifier: Apache-2.0
// A panic is recovered above a lock that nobody deferred to unlock; the retry takes it again.
// exit: 2
// finding: deadlock self-deadlock: apply, transact
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct ledger {
  mutex mu;
  int sum;  // under mu
};

static void apply(struct ledger *l, int amount) {
  mutex_lock(&l->mu);
  if (amount < 0) cr_panic("amount %d", amount);
  l->sum += amount;
  mutex_unlock(&l->mu);
}

static bool transact(struct ledger *l, int amount) {
  volatile bool ok = true;
  go_try { apply(l, amount); }
  cr_recover(text) { ok = !text; }
  return ok;
}

int main(void) {
  static struct ledger l;
  if (transact(&l, -1)) return 1;
  return !transact(&l, 5) || l.sum != 5;
}
