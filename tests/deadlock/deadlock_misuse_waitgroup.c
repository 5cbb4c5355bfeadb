// SPDX-License-Identifier: Apache-2.0
// An add from 0 while somebody waits, and a round that begins before the last one's wait has returned; each in a process of its own.
// modes: plain
// env: CRUNMAXPROCS=1
// exit: 2
// finding: misuse add-during-wait: adds, adds_late, waits, waits_first
// finding: misuse waitgroup-reused: waits, waits_again, adds, begins_next
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static waitgroup wg;
static volatile int after;  // so that no call is in place of a return

NOINLINE static void adds(void) { wg_add(&wg, 1); after++; }
NOINLINE static void waits(void) { wg_wait(&wg); after++; }

NOINLINE static void waits_first(void) { waits(); after++; }
NOINLINE static void waits_again(void) { waits(); after++; }
NOINLINE static void adds_late(void) { adds(); after++; }

// begins_next ends a round, whose waiter can run now and has not: there is one processor.
NOINLINE static void begins_next(chan(int) begun) {
  wg_done(&wg);
  adds();
  chan_send(begun, 1);
}

// during has a waiter and the counter at 0. That is so for a moment in the last wg_done, so it is brought about by hand.
static void during(void) {
  wg_add(&wg, 1);
  go(waits_first);
  while ((uint32_t)wg.state != 1) go_yield();
  wg.state -= (uint64_t)1 << 32;
  adds_late();
}

static void reused(void) {
  chan(int) begun = chan_make(int, 1);
  for (int i = 0; i < 1000; i++) {  // the first does it, unless the system stops the thread in between
    wg_add(&wg, 1);
    go(begins_next, begun);
    waits_again();
    chan_recv(begun, NULL);
    wg_done(&wg);
  }
}

int main(int argc, char **argv) {
  if (argc > 1) argv[1][0] == '0' ? during() : reused();
  for (int i = 0; i < 2 && argc == 1; i++) {
    int status;
    pid_t child = fork();
    if (child == 0) execl("/proc/self/exe", argv[0], (char[2]){(char)('0' + i), 0}, NULL);
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 2) return 3;
  }
  return argc == 1 ? 2 : 0;
}
