// SPDX-License-Identifier: Apache-2.0
// Objects that are made before main are made for everybody, and may start threads of their own.
#include <map>
#include <string>
#include <thread>

static const std::map<std::string, int> numbers = {{"one", 1}, {"two", 2}};
static int found[2];

struct Early {
  int n = 0;  // before t: that begins at once
  std::thread t;
  Early() : t([this] { n = numbers.at("two"); }) { t.join(); }
};
static Early early;

static void look(int who) { found[who] = numbers.at(who ? "two" : "one"); }

int main() {
  std::thread a(look, 0), b(look, 1);
  a.join();
  b.join();
  return found[0] + found[1] + early.n == 5 ? 0 : 1;
}
