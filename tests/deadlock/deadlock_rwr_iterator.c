// SPDX-License-Identifier: Apache-2.0
// An iterator read-locks its list while it lives, and its user looks an item up, which read-locks again behind a writer.
// exit: 2
// finding: deadlock read-write-read: lookup, add
// stderr: WARNING: DEADLOCK
// stderr: fatal error: all goroutines are asleep - deadlock!
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
  struct iterator it = begin(&l);
  go(add, &l, 8, &wg);
  while (rw_tryrlock(&l.rw)) {  // until the writer waits
    rw_runlock(&l.rw);
    go_yield();
  }
  while (next(&it, &v)) sum += v - lookup(&l, 0);
  end(&it);
  wg_wait(&wg);
  return sum != 3;
}
