// SPDX-License-Identifier: Apache-2.0
// prime_sieve.c: the concurrent sieve, one goroutine for each prime found so far.
//   crun run examples/prime_sieve.c [how many]
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>

static void generate(chan(int) out) {
  for (int i = 2;; i++) chan_send(out, i);
}

// filter passes on what prime does not divide.
static void filter(chan(int) in, chan(int) out, int prime) {
  for_chan (int, i, in) {
    if (i % prime) chan_send(out, i);
  }
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 100;
  chan(int) c = chan_make(int);
  go(generate, c);
  for (int i = 0; i < n; i++) {
    int prime;
    chan_recv(c, &prime);
    printf("%d\n", prime);
    chan(int) next = chan_make(int);
    go(filter, c, next, prime);
    c = next;
  }
}
