// SPDX-License-Identifier: Apache-2.0
// timeouts.c: select waits for a result, but only so long; a nil channel turns a case off.
//   crun run -race examples/timeouts.c
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static void compute(int n, long long takes_ns, chan(int) out) {
  go_sleep(takes_ns);
  chan_send(out, n * n);  // out has room for one, so that this goroutine ends even if nobody waits
}

// ask prints the square of n, or that it took too long.
static void ask(int n, long long takes_ns, long long patience_ns) {
  chan(int) answer = chan_make(int, 1);
  int square;
  go(compute, n, takes_ns, answer);
  select {
    on_recv (answer, &square) { printf("%d squared is %d\n", n, square); }
    on_timeout (patience_ns)  { printf("%d squared took too long\n", n); }
  }
}

// drain takes from both until both are closed; a closed one is set to nil, which is never ready.
static int drain(chan(int) a, chan(int) b) {
  int sum = 0;
  while (a || b) {
    int v;
    bool ok;
    select {
      on_recv_ok (a, &v, &ok) { if (ok) sum += v; else a = NULL; }
      on_recv_ok (b, &v, &ok) { if (ok) sum += v; else b = NULL; }
    }
  }
  return sum;
}

static void produce(int from, int to, chan(int) out) {
  for (int i = from; i <= to; i++) chan_send(out, i);
  chan_close(out);
}

int main(void) {
  ask(7, 0, 10 * CR_SECOND);
  ask(8, 10 * CR_SECOND, 10 * CR_MILLISECOND);
  chan(int) a = chan_make(int), b = chan_make(int, 2);
  go(produce, 1, 50, a);
  go(produce, 51, 100, b);
  printf("the sum is %d\n", drain(a, b));
  chan(int) full = chan_make(int);
  select {
    on_send (full, 1) { printf("somebody took it\n"); }
    on_default        { printf("nobody is there\n"); }
  }
}
