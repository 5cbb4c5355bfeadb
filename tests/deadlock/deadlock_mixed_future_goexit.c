// SPDX-License-Identifier: Apache-2.0
// A computation ends its goroutine by goexit instead of a return, and its future is awaited for ever.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static int page = 1;

static void *fetch(void *arg) {
  if (!arg) cr_goexit();
  return arg;
}

int main(void) {
  future *f[2] = {async(fetch, &page), async(fetch, (void *)0)};
  int *first = await(f[0]), *second = await(f[1]);
  future_free(f[0]);
  future_free(f[1]);
  return first != &page || second;
}
