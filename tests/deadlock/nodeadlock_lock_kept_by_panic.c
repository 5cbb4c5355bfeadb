// SPDX-License-Identifier: Apache-2.0
// The unlock is deferred: the panic gives the lock back on its way up.
#include <crun/crun.h>
#include <crun/short.h>

struct ledger {
  mutex mu;
  int sum;  // under mu
};

static void apply(struct ledger *l, int amount) {
  mutex_lock(&l->mu);
  defer(cr_mutex_unlock, &l->mu);
  if (amount < 0) cr_panic("amount %d", amount);
  l->sum += amount;
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
