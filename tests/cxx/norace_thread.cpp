// SPDX-License-Identifier: Apache-2.0
// std::thread, std::mutex, std::lock_guard, join: what they order is ordered.
#include <mutex>
#include <thread>

static std::mutex lock;
static int shared;

static void add(int n) {
  for (int i = 0; i < n; i++) {
    std::lock_guard<std::mutex> hold(lock);
    shared++;
  }
}

int main() {
  std::thread a(add, 100), b(add, 100);
  a.join();
  b.join();
  return shared == 200 ? 0 : 1;
}
