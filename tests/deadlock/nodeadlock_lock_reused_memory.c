// SPDX-License-Identifier: Apache-2.0
// Objects with locks are freed and made again in the same memory by other goroutines, which lock in another order.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

struct pair {
  mutex a, b;
};

static void forward(struct pair *p) {
  mutex_lock(&p->a);
  mutex_lock(&p->b);
  mutex_unlock(&p->b);
  mutex_unlock(&p->a);
}

static void backward(struct pair *p) {
  mutex_lock(&p->b);
  mutex_lock(&p->a);
  mutex_unlock(&p->a);
  mutex_unlock(&p->b);
}

static void worker(void (*how)(struct pair *), waitgroup *wg) {
  for (int i = 0; i < 20; i++) {
    struct pair *p = calloc(1, sizeof *p);
    how(p);
    free(p);
    go_yield();
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(worker, forward, &wg);
  go(worker, backward, &wg);
  wg_wait(&wg);
  return 0;
}
