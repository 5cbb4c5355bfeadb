// SPDX-License-Identifier: Apache-2.0
// RACE: read A, write B
// An object is made anew where another thread calls its virtual function: they race on the pointer to the table.
#include <atomic>
#include <new>
#include <thread>

struct Shape {
  __attribute__((noinline)) Shape() {}  // @B
  virtual int area() const { return 0; }
};
struct Square : Shape {
  int area() const override { return 4; }
};

alignas(Square) static char place[sizeof(Square)];
static Shape *shape;
static std::atomic<bool> called;
int area;

static void measure() {
  area = shape->area();  // @A
  called.store(true, std::memory_order_relaxed);
}

static void make() {
  while (!called.load(std::memory_order_relaxed)) std::this_thread::yield();
  new (place) Shape;
}

int main() {
  shape = new (place) Square;
  std::thread a(measure), b(make);
  a.join();
  b.join();
}
