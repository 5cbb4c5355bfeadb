// SPDX-License-Identifier: Apache-2.0
// told.c tells what the runtime would: told KIND [possible]... exits with the code that this makes of 0.
#include <crun/crun.h>
#include <crun/short.h>
#include <race/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) uintptr_t here(void) { return (uintptr_t)__builtin_return_address(0); }

static void stuck(enum report_kind kind, bool possible) {
  struct report_part p = {.role = "wait", .heading = "Goroutine 7 \"feed\" waits at", .goid = 7, .name = "feed",
                          .state = "chan send", .object = 0x1234, .stack = {.n = 1, .is_return = true}, .identifies = true};
  p.stack.pc[0] = here();
  struct report r = {.kind = kind, .rule = "test", .title = "SOMETHING: it is so", .part = &p, .nparts = 1, .count = 3,
                     .possible = possible};
  report_tell(&r);
}

static void tell(const char *word, const char *next, waitgroup *wg) {
  static const char *const kinds[] = {"deadlock", "leak", "lock-order", "misuse"};
  for (int i = 0; i < 4; i++)
    if (strcmp(word, kinds[i]) == 0) stuck(i, strcmp(next, "possible") == 0);
  wg_done(wg);
}

static void at_exit(void) { puts("at exit"); }
__attribute__((destructor)) static void at_end(void) { puts("destructor"); }

int main(int argc, char **argv) {
  waitgroup wg = {0};
  atexit(at_exit);
  for (int i = 1; i < argc; i++) {
    wg_add(&wg, 1);
    go(tell, argv[i], i + 1 < argc ? argv[i + 1] : "", &wg);
    wg_wait(&wg);
  }
  printf("main returns\n");
}
