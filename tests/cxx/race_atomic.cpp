// SPDX-License-Identifier: Apache-2.0
// RACE: write A, read B
// std::atomic: data behind a flag that is stored with memory_order_relaxed.
#include <atomic>
#include <thread>

static int data;
static std::atomic<bool> ready;

static void write_it() {
  data = 42;  // @A
  ready.store(true, std::memory_order_relaxed);
}

static int seen;
static void read_it() {
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  seen = data;  // @B
}

int main() {
  std::thread a(write_it), b(read_it);
  a.join();
  b.join();
  return seen == 42 ? 0 : 1;
}
