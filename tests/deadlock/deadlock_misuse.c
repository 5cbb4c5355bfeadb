// SPDX-License-Identifier: Apache-2.0
// Wrong calls, each in a process of its own that panics; told with the call and the earlier one that made it wrong.
// exit: 2
// finding: misuse double-close: closes, closes_again
// finding: misuse close-of-nil: closes_nil
// finding: misuse send-on-closed: closes_it, sends
// finding: misuse negative-waitgroup: is_done, is_done_again
// finding: misuse copied-waitgroup: counts, waits_for_copy
// finding: misuse unlock-of-unlocked: unlocks, unlocks_again
// finding: misuse unlock-of-unlocked: unlocks_first, waits_without
// finding: misuse unlock-by-other: locks, unlocks_others
// finding: misuse copied-lock: locks_it, unlocks_copy
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static chan(int) c;
static waitgroup wg, wg_copy;
static mutex m, m_copy;
static cond ready;
static volatile int after;  // so that no call is in place of a return

static void closes(void) { chan_close(c); }
static void closes_again(void) { chan_close(c); }
static void closes_it(void) { chan_close(c); }
static void sends(void) { chan_send(c, 1); }

static void closes_nil(void) {
  chan(int) none = NULL;
  chan_close(none);
}

static void is_done(void) { wg_done(&wg); }
static void is_done_again(void) { wg_done(&wg); }

static void counts(void) { wg_add(&wg, 1); }
static void waits_for_copy(void) {
  memcpy(&wg_copy, &wg, sizeof wg);
  wg_wait(&wg_copy);
}

static void unlocks(void) { mutex_unlock(&m); after++; }
static void unlocks_again(void) { mutex_unlock(&m); after++; }
static void unlocks_first(void) { mutex_unlock(&m); after++; }
static void waits_without(void) { cr_cond_wait(&ready, &m); }

static void locks(void) { mutex_lock(&m); after++; }
static void unlocks_others(void) { mutex_unlock(&m); after++; }

static void locks_it(void) { mutex_lock(&m); after++; }
static void unlocks_copy(void) {
  memcpy(&m_copy, &m, sizeof m);
  mutex_unlock(&m_copy);
}

static void is_unlocked(void (*first)(void), void (*then)(void)) {
  mutex_lock(&m);
  first();
  then();
}

static void does(int which) {
  c = chan_make(int, 1);
  switch (which) {
    case 0: closes(), closes_again(); break;
    case 1: closes_nil(); break;
    case 2: closes_it(), sends(); break;
    case 3: wg_add(&wg, 1), is_done(), is_done_again(); break;
    case 4: counts(), waits_for_copy(); break;
    case 5: is_unlocked(unlocks, unlocks_again); break;
    case 6: is_unlocked(unlocks_first, waits_without); break;
    case 7: locks(), go(unlocks_others), wg_add(&wg, 1), wg_wait(&wg); break;
    case 8: locks_it(), unlocks_copy(); break;
  }
}

int main(int argc, char **argv) {
  if (argc > 1) does(atoi(argv[1]));
  for (int i = 0; i < 9 && argc == 1; i++) {
    int status;
    pid_t child = fork();
    if (child == 0) execl("/proc/self/exe", argv[0], (char[2]){(char)('0' + i), 0}, NULL);
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 2) return 3;
  }
  return argc == 1 ? 2 : 0;
}
