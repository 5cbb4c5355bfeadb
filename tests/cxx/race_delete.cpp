// SPDX-License-Identifier: Apache-2.0
// RACE: read A, free B
// One thread reads what the other deletes.
#include <atomic>
#include <thread>

static int *data;
static std::atomic<bool> was_read;
int seen;

static void reader() {
  seen = data[1];  // @A
  was_read.store(true, std::memory_order_relaxed);
}

static void deleter() {
  while (!was_read.load(std::memory_order_relaxed)) std::this_thread::yield();
  delete[] data;  // @B
}

int main() {
  data = new int[4]();
  std::thread a(reader), b(deleter);
  a.join();
  b.join();
}
