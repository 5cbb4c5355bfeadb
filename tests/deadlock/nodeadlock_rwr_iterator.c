// SPDX-License-Identifier: Apache-2.0
// The iterator's user looks the item up before it iterates.
#include <crun/crun.h>
#include <crun/short.h>

struct list {
  rwmutex rw;
  int n;        // under rw
  int item[8];  // under rw
};

struct iterator {
  struct list *list;
  int at;
};

static void add(struct list *l, int v, waitgroup *wg) {
  rw_lock(&l->rw);
  l->item[l->n++] = v;
  rw_unlock(&l->rw);
  wg_done(wg);
}

static struct iterator begin(struct list *l) {
  rw_rlock(&l->rw);
  return (struct iterator){l, 0};
}
static bool next(struct iterator *it, int *v) {
  if (it->at == it->list->n) return false;
  *v = it->list->item[it->at++];
  return true;
}
static void end(struct iterator *it) { rw_runlock(&it->list->rw); }

static int lookup(struct list *l, int i) {
  rw_rlock(&l->rw);
  int v = l->item[i];
  rw_runlock(&l->rw);
  return v;
}

int main(void) {
  static struct list l = {.n = 3, .item = {5, 6, 7}};
  waitgroup wg = {0};
  int sum = 0, v;
  wg_add(&wg, 1);
  int first = lookup(&l, 0);
  struct iterator it = begin(&l);
  go(add, &l, 8, &wg);
  while (rw_tryrlock(&l.rw)) {  // until the writer waits
    rw_runlock(&l.rw);
    go_yield();
  }
  while (next(&it, &v)) sum += v - first;
  end(&it);
  wg_wait(&wg);
  return sum != 3;
}
