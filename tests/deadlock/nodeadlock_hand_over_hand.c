// SPDX-License-Identifier: Apache-2.0
// A sorted list whose walkers lock the next node before they unlock the one they stand on.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

struct node {
  mutex mu;
  int key;            // constant
  struct node *next;  // under mu
};
static struct node head = {.key = -1};

static void insert(int key) {
  struct node *at = &head;
  mutex_lock(&at->mu);
  while (at->next) {
    struct node *next = at->next;
    mutex_lock(&next->mu);
    if (next->key > key) {
      mutex_unlock(&next->mu);
      break;
    }
    mutex_unlock(&at->mu);
    at = next;
  }
  struct node *n = calloc(1, sizeof *n);
  n->key = key;
  n->next = at->next;
  at->next = n;
  mutex_unlock(&at->mu);
}

static void inserts(int from, waitgroup *wg) {
  for (int i = 0; i < 20; i++) insert(from + 4 * i);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  int n = 0;
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(inserts, i, &wg);
  wg_wait(&wg);
  for (struct node *at = head.next; at; at = at->next) n += !at->next || at->key < at->next->key;
  return n != 80;
}
