// SPDX-License-Identifier: Apache-2.0
// cr_dump_goroutines shows who waits where, and the program goes on.
// exit: 0
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static void waits(chan(int) c) {
  int v;
  cr_set_name("reader");
  chan_recv(c, &v);
}
static void never_ran(int n) { (void)n; }

int main(void) {
  chan(int) c = chan_make(int);
  go(waits, c);
  go_yield();
  go(never_ran, 1);
  cr_dump_goroutines();
  puts("main goes on");
}
// > main goes on
// | goroutine 1 [running]:
// | cr_dump_goroutines(...)
// | main(...)
// | 	dump.c:20
// |
// | goroutine 2 "reader" [chan receive]:
// | cr_chan_recv_raw(...)
// | waits(...)
// | 	dump.c:11
// | created by main in goroutine 1
// | 	dump.c:17
// |
// | goroutine 3 [runnable]:
// | never_ran(...)
// | 	dump.c:13
// | created by main in goroutine 1
// | 	dump.c:19
// |
