// SPDX-License-Identifier: Apache-2.0
// Bytes, fields and array elements side by side are different objects.
#define LITMUS_PTHREAD
#include "litmus.h"

struct fields {
  char a, b;
  short c;
  int d;
  long e;
} s;
char bytes[16];
int ints[4];

static void *thread(void *arg) {
  racer(0);
  s.a = 1;
  s.c = 1;
  s.e = 1;
  for (int i = 0; i < 16; i += 2) bytes[i] = 1;
  ints[0] = ints[2] = 1;
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  s.b = 2;
  s.d = 2;
  for (int i = 1; i < 16; i += 2) bytes[i] = 2;
  ints[1] = ints[3] = 2;
  next();
  turn(2);
}
