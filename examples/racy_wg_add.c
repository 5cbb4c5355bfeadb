// SPDX-License-Identifier: Apache-2.0
// racy_wg_add.c: each worker announces itself, so that the Wait may come before it has.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdatomic.h>
#include <stdio.h>

static int squares[3];
static atomic_int started;

static void worker(int i, waitgroup *wg) {
  wg_add(wg, 1);  // the mistake: this belongs before the go statement
  atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
  go_sleep(200 * CR_MILLISECOND);
  squares[i] = i * i;
  wg_done(wg);
}

int main(void) {
  static waitgroup wg;
  for (int i = 0; i < 3; i++) go(worker, i, &wg);
  // Here all of them happen to be there in time; nothing guarantees it, and crun says so.
  while (atomic_load_explicit(&started, memory_order_relaxed) < 3) go_yield();
  wg_wait(&wg);
  for (int i = 0; i < 3; i++) printf("%d\n", squares[i]);
}
