// SPDX-License-Identifier: Apache-2.0
// crun.hpp: goroutines of functions, lambdas and members with arguments that move; typed channels; a range of one.
#include <crun/crun.hpp>

#include <memory>
#include <string>

static void square(crun::chan<int> in, crun::chan<int> out) {
  for (int v : in) out.send(v * v);
  out.close();
}

struct Counter {
  cr_mutex lock = {};
  int n = 0;
  void add(int by) {
    cr_mutex_lock(&lock);
    n += by;
    cr_mutex_unlock(&lock);
  }
};

int main() {
  crun::chan<int> in, out(2), done;
  crun::go(square, in, out);
  crun::go([in] {
    for (int i = 1; i <= 3; i++) in.send(i);
    in.close();
  });
  int sum = 0;
  for (int v : out) sum += v;
  Counter c;
  for (int i = 0; i < 4; i++)
    crun::go([&c, done](int by) { c.add(by); done.send(by); }, i);
  for (int i = 0, v; i < 4; i++) done.recv(v);
  auto text = std::make_unique<std::string>("a string that is too long to be kept inside of its own object");
  size_t length = 0;
  crun::go([&](std::unique_ptr<std::string> s) { length = s->size(); done.send(0); }, std::move(text));
  int v;
  done.recv(v);
  return sum == 14 && c.n == 6 && length == 61 ? 0 : 1;
}
