// SPDX-License-Identifier: Apache-2.0
// A worker that finds nothing to do returns before its wg_done.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [sync.WaitGroup.Wait]
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <string.h>

static void index_page(const char *page, int *words, waitgroup *wg) {
  if (!*page) return;
  for (const char *p = page; p; p = strchr(p + 1, ' ')) ++*words;
  wg_done(wg);
}

int main(void) {
  static const char *const pages[] = {"to be or not", "", "that is"};
  int words[3] = {0};
  waitgroup wg = {0};
  for (int i = 0; i < 3; i++) {
    wg_add(&wg, 1);
    go(index_page, pages[i], &words[i], &wg);
  }
  wg_wait(&wg);
  return words[0] + words[1] + words[2] != 6;
}
