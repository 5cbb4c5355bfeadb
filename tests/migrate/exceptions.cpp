// SPDX-License-Identifier: Apache-2.0
// exceptions.cpp: the C++ half of exceptions.c.
#include <exception>
#include <stdexcept>
#include <string>

// It waits with an exception caught, throws that on, and catches it again. 1: it stayed the same all the time.
extern "C" int catches(int n, void (*park)()) {
  try {
    try {
      park();
      throw std::runtime_error(std::to_string(n));
    } catch (std::exception &) {
      park();
      throw;
    }
  } catch (std::exception &e) {
    park();
    bool same = e.what() == std::to_string(n) && std::current_exception() != nullptr;
    park();
    return same && std::uncaught_exceptions() == 0;
  }
  return 0;
}

extern "C" void throws() { throw std::runtime_error("nobody catches this"); }
