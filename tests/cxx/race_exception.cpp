// SPDX-License-Identifier: Apache-2.0
// RACE: write A, write A
// STACK A: after, work
// What races behind a caught exception has the stack of where it is, without the frames that were left.
#include <stdexcept>
#include <thread>

static int shared;

__attribute__((noinline)) static void fail(int depth) {
  if (depth == 0) throw std::runtime_error("expected");
  fail(depth - 1);
  shared--;
}

__attribute__((noinline)) static void after(int v) {
  shared = v;  // @A
  __asm__ volatile("");
}

static void work(int v) {
  try {
    fail(5);
  } catch (const std::runtime_error &) {
  }
  after(v);
  __asm__ volatile("");
}

int main() {
  std::thread a(work, 1), b(work, 2);
  a.join();
  b.join();
}
