// SPDX-License-Identifier: Apache-2.0
// RACE: write A, write A
// Two goroutines of lambdas write one variable; the channel orders both before main and neither before the other.
#include <crun/crun.hpp>

int main() {
  crun::chan<int> done(2);
  int shared = 0;
  for (int i = 1; i <= 2; i++)
    crun::go([&shared, done](int v) {
      shared = v;  // @A
      done.send(v);
    }, i);
  int v;
  done.recv(v);
  done.recv(v);
}
