// SPDX-License-Identifier: Apache-2.0
// RACE: write A, write B
// A thread that a constructor starts before main runs beside main.
#include <thread>

int shared;

static void write_it() {
  shared = 1;  // @A
}

struct Early {
  std::thread t;
  Early() : t(write_it) {}
};
static Early early;

int main() {
  shared = 2;  // @B
  early.t.join();
}
