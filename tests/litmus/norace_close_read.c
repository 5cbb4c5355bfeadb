// SPDX-License-Identifier: Apache-2.0
// The end of a pipe, of a socket's direction and of a stream come after what was done before the close.
// TSAN: false alarm
#define LITMUS_PTHREAD
#include <sys/socket.h>
#include <unistd.h>

#include "litmus.h"

int p[2], s[2], q[2];
int x, y, z;

static void *closes(void *arg) {
  x = 1;
  close(p[1]);
  y = 1;
  shutdown(s[1], SHUT_WR);
  FILE *f = fdopen(q[1], "w");
  z = 1;
  fclose(f);
  return arg;
}

int main(void) {
  char c;
  if (pipe(p) || pipe(q) || socketpair(AF_UNIX, SOCK_STREAM, 0, s)) exit(3);
  spawn(closes, NULL);
  if (read(p[0], &c, 1) != 0) exit(3);
  x = 2;
  if (read(s[0], &c, 1) != 0) exit(3);
  y = 2;
  if (read(q[0], &c, 1) != 0) exit(3);
  z = 2;
}
