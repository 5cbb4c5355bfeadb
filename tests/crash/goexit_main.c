// SPDX-License-Identifier: Apache-2.0
// main ends itself alone and the last goroutine ends: nobody is left, exit code 2.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static void last(void) {
  puts("the others go on");
  fflush(stdout);
}

int main(void) {
  go(last);
  cr_goexit();
}
// > the others go on
// | fatal error: no goroutines (main called cr_goexit) - deadlock!
