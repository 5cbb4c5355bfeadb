// SPDX-License-Identifier: Apache-2.0
// many.c: two goroutines call the thousand functions of many.h, each of which writes a variable of its own.
#include "../../litmus/litmus.h"
#include "many.h"

static void call_all(int v) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) all[i](v);
}

static void first(void) {
  call_all(1);
  next();
}

static void second(void) {
  turn(1);
  call_all(2);
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}
