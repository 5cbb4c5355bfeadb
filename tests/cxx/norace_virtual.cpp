// SPDX-License-Identifier: Apache-2.0
// Virtual calls read the pointer to the table of functions, many at once; a constructor and a destructor write it.
#include <memory>
#include <thread>

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const { return 0; }
};
struct Square : Shape {
  int side;
  explicit Square(int side) : side(side) {}
  int area() const override { return side * side; }
};

static std::unique_ptr<Shape> shape;
static int areas[2];

static void measure(int who) { areas[who] = shape->area(); }

int main() {
  shape = std::make_unique<Square>(4);
  std::thread a(measure, 0), b(measure, 1);
  a.join();
  b.join();
  shape.reset();
  return areas[0] + areas[1] == 32 ? 0 : 1;
}
