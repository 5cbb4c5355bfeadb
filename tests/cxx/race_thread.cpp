// SPDX-License-Identifier: Apache-2.0
// RACE: write A, write A
// Two std::threads, one that locks another mutex than its brother.
#include <mutex>
#include <thread>

static std::mutex locks[2];
int shared;

static void add(int which) {
  std::lock_guard<std::mutex> hold(locks[which]);
  shared = which;  // @A
}

int main() {
  std::thread a(add, 0), b(add, 1);
  a.join();
  b.join();
}
