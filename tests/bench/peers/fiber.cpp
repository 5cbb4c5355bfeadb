// SPDX-License-Identifier: Apache-2.0
// fiber.cpp: the twin of runtime.c on boost.fiber: one thread, its fibers and channels.
//   fiber yield | spawn | batch | pingpong | buffered
#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace bf = boost::fibers;

static double now_ns() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static double bench_yield(int n) {
  auto yielder = [n] { for (int i = 0; i < n; i++) boost::this_fiber::yield(); };
  double begin = now_ns();
  bf::fiber a(yielder), b(yielder);
  a.join();
  b.join();
  return (now_ns() - begin) / (2.0 * n);
}

static double bench_spawn(int n) {
  double begin = now_ns();
  for (int i = 0; i < n; i++) bf::fiber([] {}).join();
  return (now_ns() - begin) / n;
}

static double bench_batch(int rounds) {
  const int batch = 1000;
  double begin = now_ns();
  for (int r = 0; r < rounds; r++) {
    std::vector<bf::fiber> all;
    for (int i = 0; i < batch; i++) all.emplace_back([] {});
    for (auto &f : all) f.join();
  }
  return (now_ns() - begin) / rounds / batch;
}

static double bench_pingpong(long n) {
  bf::unbuffered_channel<long> in, out;
  bf::fiber echo([&] { for (long i = 0; i < n; i++) out.push(in.value_pop() + 1); });
  double begin = now_ns();
  long v = 0;
  for (long i = 0; i < n; i++) in.push(v), v = out.value_pop();
  if (v != n) abort();
  double took = now_ns() - begin;
  echo.join();
  return took / (2.0 * n);
}

static double bench_buffered(long n) {
  bf::buffered_channel<long> c(128);
  bf::fiber produce([&] { for (long i = 0; i < n; i++) c.push(i); });
  double begin = now_ns();
  long sum = 0;
  for (long i = 0; i < n; i++) sum += c.value_pop();
  if (sum != n * (n - 1) / 2) abort();
  double took = now_ns() - begin;
  produce.join();
  return took / n;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  double ns;
  if (!strcmp(name, "yield")) ns = bench_yield(1000000);
  else if (!strcmp(name, "spawn")) ns = bench_spawn(300000);
  else if (!strcmp(name, "batch")) ns = bench_batch(300);
  else if (!strcmp(name, "pingpong")) ns = bench_pingpong(500000);
  else if (!strcmp(name, "buffered")) ns = bench_buffered(3000000);
  else return 2;
  printf("%.2f\n", ns);
}
