// SPDX-License-Identifier: Apache-2.0
// An exception unlocks what it passes, and is caught in its own goroutine; the stacks of reports stay right.
#include <crun/crun.hpp>

#include <mutex>
#include <stdexcept>

static std::mutex lock;
static int shared;

__attribute__((noinline)) static void fail(int depth) {
  if (depth == 0) throw std::runtime_error("expected");
  std::lock_guard<std::mutex> hold(lock);
  shared++;
  if (depth == 1) throw std::runtime_error("expected");
}

static void work(crun::chan<int> done) {
  for (int i = 0; i < 10; i++) {
    try {
      fail(i % 2);
    } catch (const std::runtime_error &) {
      std::lock_guard<std::mutex> hold(lock);
      shared++;
    }
  }
  done.send(1);
}

int main() {
  crun::chan<int> done;
  for (int i = 0; i < 2; i++) crun::go(work, done);
  int v;
  done.recv(v);
  done.recv(v);
  return shared == 30 ? 0 : 1;
}
