// SPDX-License-Identifier: Apache-2.0
// std::condition_variable, call_once, shared_ptr, async: all that they order.
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

static std::mutex lock;
static std::condition_variable filled;
static std::once_flag once;
static bool full;
static int content, made, beside;

static void fill(std::shared_ptr<int> n) {
  std::call_once(once, [] { made = 5; });
  std::unique_lock<std::mutex> hold(lock);
  content = *n + made;
  full = true;
  filled.notify_one();
}

static int take(std::shared_ptr<int> n) {
  std::call_once(once, [] { made = 5; });
  std::unique_lock<std::mutex> hold(lock);
  filled.wait(hold, [] { return full; });
  return content + *n + made;
}

int main() {
  auto n = std::make_shared<int>(1);
  std::thread a(fill, n);
  std::future<int> taken = std::async(std::launch::async, take, std::move(n));
  int sum = taken.get();
  a.join();
  return sum == 12 + 0 * beside ? 0 : 1;
}
