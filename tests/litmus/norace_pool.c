// SPDX-License-Identifier: Apache-2.0
// The put of a thing happens before the get that takes it.
#include "litmus.h"

static void *make(void) { return calloc(1, sizeof(int)); }
cr_pool pool = {.make = make, .drop = free};

static void uses(waitgroup *wg) {
  for (int i = 0; i < 20; i++) {
    int *p = cr_pool_get(&pool);
    ++*p;
    if (i % 3 == 0) go_yield();
    cr_pool_put(&pool, p);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(uses, &wg);
  wg_wait(&wg);
  cr_pool_free(&pool);
}
