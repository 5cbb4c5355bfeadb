// SPDX-License-Identifier: Apache-2.0
// racy_table.c: two goroutines put into one hash table that has no lock, as with Go's map.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUCKETS = 8 };

struct entry {
  struct entry *next;
  int key, value;
};

struct table {
  struct entry *bucket[BUCKETS];
  int size;
};

static void put(struct table *t, int key, int value) {
  struct entry *e = malloc(sizeof *e);
  *e = (struct entry){t->bucket[key % BUCKETS], key, value};
  t->bucket[key % BUCKETS] = e;
  t->size++;
}

static void fill(struct table *t, int from, waitgroup *wg) {
  for (int i = 0; i < 100; i++) put(t, from + i, i);
  wg_done(wg);
}

int main(void) {
  struct table *t = calloc(1, sizeof *t);
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(fill, t, 0, &wg);
  go(fill, t, 1000, &wg);
  wg_wait(&wg);
  printf("%d entries\n", t->size);
}
