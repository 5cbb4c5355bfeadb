// SPDX-License-Identifier: Apache-2.0
// Goroutines in poll, read and nanosleep of libc: they wait, and will go on.
#include <crun/crun.h>
#include <crun/short.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

static void polls(int fd, waitgroup *wg) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  poll(&p, 1, -1);
  wg_done(wg);
}

static void reads(int fd, waitgroup *wg) {
  char b;
  ssize_t n = read(fd, &b, 1);
  wg_add(wg, n == 1 ? 0 : 1);  // would never end
  wg_done(wg);
}

static void naps(int fd, waitgroup *wg) {
  struct timespec t = {0, 2000000};
  nanosleep(&t, NULL);
  ssize_t n = write(fd, "xy", 2);
  wg_add(wg, n == 2 ? 0 : 1);
  wg_done(wg);
}

int main(void) {
  int ends[2];
  waitgroup wg = {0};
  if (pipe(ends)) return 1;
  wg_add(&wg, 3);
  go(reads, ends[0], &wg);
  go(polls, ends[0], &wg);
  go(naps, ends[1], &wg);
  wg_wait(&wg);
  return 0;
}
