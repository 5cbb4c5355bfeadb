// SPDX-License-Identifier: Apache-2.0
// poll and scanf store what they tell and nothing beside it.
#define LITMUS_PTHREAD
#include "litmus.h"

#include <poll.h>

struct pollfd p = {.fd = 1, .events = POLLOUT};
struct {
  int number;
  char word[4], beside;
} s;

static void *thread(void *arg) {
  poll(&p, 1, 0);
  if (sscanf("7 abc more", "%d %3s %*s %d", &s.number, s.word, &s.number) != 2) abort();
  return arg;
}

int main(void) {
  pthread_t t = spawn(thread, NULL);
  use(p.events);
  use(p.fd);
  s.beside = 1;
  pthread_join(t, NULL);
}
