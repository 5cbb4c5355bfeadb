// SPDX-License-Identifier: Apache-2.0
// Whoever takes a character of a stream, from its buffer too, comes after who wrote it, and so does who meets the stream's end.
// TSAN: false alarm
#define LITMUS_PTHREAD
#include "litmus.h"

int x, y, z, end, to;
FILE *from;

static void writes(const char *s) {
  if (write(to, s, strlen(s)) < 0) abort();
  next();
}

static void takes(int n, char c) {
  turn(n);
  if (fgetc(from) != c) abort();
}

static void *writer(void *arg) {
  x = 1;
  writes("a12");
  turn(3);
  y = 1;
  writes("b34");
  turn(6);
  z = 1;
  writes("567");
  turn(9);
  end = 1;
  close(to);
  next();
  return arg;
}

// The buffer has room for three: after the second's turn at 7 the next character is where it was at 5.
static void *second(void *arg) {
  takes(2, '1');
  use(x);
  if (fgetc(from) != '2') abort();
  next();
  takes(5, '3');
  use(y);
  next();
  takes(7, '4');
  if (fgetc(from) != '5') abort();
  use(z);
  next();
  return arg;
}

int main(void) {
  int fd[2];
  char line[8], buffer[3];
  if (pipe(fd) || !(from = fdopen(fd[0], "r")) || setvbuf(from, buffer, _IOFBF, sizeof buffer)) abort();
  to = fd[1];
  pthread_t a = spawn(writer, NULL), b = spawn(second, NULL);
  takes(1, 'a');
  use(x);
  next();
  takes(4, 'b');
  use(y);
  next();
  takes(8, '6');
  use(z);
  if (fgetc(from) != '7') abort();
  next();
  turn(10);
  if (fgets(line, sizeof line, from)) abort();
  use(end);
  pthread_join(a, NULL);
  pthread_join(b, NULL);
}
