// SPDX-License-Identifier: Apache-2.0
// Frames have C++ names, with class and namespace and without parameters; of templates as the C++ library tells them.
// RACE: write A, write B
// STACK A: bank::(anonymous namespace)::account::deposit, void bank::pay<int>, thread
#define LITMUS_PTHREAD
#include "litmus.h"

namespace bank {
namespace {
struct account {
  int balance;
  NOINLINE void deposit(int n) { balance += n; }  // @A
};
}  // namespace
account shared;

template <class T>
NOINLINE void pay(account *a, T n) {
  a->deposit(n);
  __asm__ volatile("");  // no tail call
}
}  // namespace bank

static void *thread(void *arg) {
  racer(0);
  bank::pay<int>(&bank::shared, 1);
  next();
  return arg;
}

int main() {
  spawn(thread, nullptr);
  racer(1);
  bank::shared.balance = 2;  // @B
  next();
  turn(2);
}
