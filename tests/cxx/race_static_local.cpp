// SPDX-License-Identifier: Apache-2.0
// RACE: read A, write B
// The guard orders what made the static local, not what is done to it afterwards.
#include <thread>

struct Table {
  int squares[64];
  explicit Table(int from) {
    for (int i = 0; i < 64; i++) squares[i] = (from + i) * (from + i);
  }
};

static Table &table(int from) {
  static Table t(from);
  return t;
}

int seen;

static void read_it() {
  seen = table(1).squares[3];  // @A
}

static void write_it() {
  table(1).squares[3] = 0;  // @B
}

int main() {
  std::thread a(read_it), b(write_it);
  a.join();
  b.join();
}
