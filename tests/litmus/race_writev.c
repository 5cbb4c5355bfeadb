// SPDX-License-Identifier: Apache-2.0
// writev(2) reads its buffers.
// RACE: read A, write B
#define LITMUS_PTHREAD
#include <sys/uio.h>
#include <unistd.h>

#include "litmus.h"

char head[4] = "abcd", body[4] = "efgh";
int p[2];

static void *sends(void *arg) {
  struct iovec v[2] = {{head, sizeof head}, {body, sizeof body}};
  racer(0);
  if (writev(p[1], v, 2) != 8) exit(3);  // @A
  next();
  return arg;
}

int main(void) {
  if (pipe(p)) exit(3);
  spawn(sends, NULL);
  racer(1);
  body[3] = 1;  // @B
  next();
  turn(2);
}
