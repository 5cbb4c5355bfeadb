// SPDX-License-Identifier: Apache-2.0
// A static local is made once; whoever comes later is behind that, by the guard's byte or by __cxa_guard_acquire.
#include <thread>

struct Table {
  int squares[64];
  explicit Table(int from) {
    for (int i = 0; i < 64; i++) squares[i] = (from + i) * (from + i);
  }
};

static const Table &table(int from) {
  static Table t(from);
  return t;
}

static int sums[4];

static void sum(int who) {
  for (int i = 0; i < 64; i++) sums[who] += table(1).squares[i];
}

int main() {
  std::thread t[4];
  for (int i = 0; i < 4; i++) t[i] = std::thread(sum, i);
  for (auto &x : t) x.join();
  return sums[0] == sums[3] ? 0 : 1;
}
