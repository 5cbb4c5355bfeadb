// SPDX-License-Identifier: Apache-2.0
// gfree.c: free stacks: of each class a few on every P, newest first and without a lock, the rest for all.
//
// A stack that is used again soon costs nothing but this list. What of the common lists nobody needed for a
// while is cold, and the scavenger gives its memory back (scavenge.c).
#include "stack/gfree.h"

#include "base/lock.h"
#include "stack/stack.h"

enum { NEW_STACKS = 16 };

// The common lists, each under its lock.
static struct common {
  _Alignas(64) struct lock lock;  // a leaf
  struct gfree free;
  _Atomic uint32_t n;      // its length, for a look without the lock
  _Atomic uint32_t least;  // the least that n was in this window
} common[STACK_CLASSES];

void gfree_lock_all(void) {
  for (int i = 0; i < STACK_CLASSES; i++) lock(&common[i].lock);
}

void gfree_unlock_all(void) {
  for (int i = 0; i < STACK_CLASSES; i++) unlock(&common[i].lock);
}

// keep is how many stacks of a class a P keeps to itself: of large ones, which may hold much, few.
static uint32_t keep(uint32_t class) { return class <= stack_default ? 64 : 8; }

static void push(struct gfree *f, struct g *gp) {
  gp->schedlink = f->head;
  f->head = gp;
  f->n++;
}

static struct g *pop(struct gfree *f) {
  struct g *gp = f->head;
  if (!gp) return NULL;
  f->head = gp->schedlink;
  f->n--;
  return gp;
}

static void move(struct gfree *to, struct gfree *from, uint32_t most) {
  for (struct g *gp; most-- > 0 && (gp = pop(from));) push(to, gp);
}

static void count_locked(struct common *c) {
  store_rlx(&c->n, c->free.n);
  if (c->free.n < load_rlx(&c->least)) store_rlx(&c->least, c->free.n);
}

// give moves n stacks of pp to the common list.
static void give(struct p *pp, uint32_t class, uint32_t n) {
  struct common *c = &common[class];
  lock(&c->lock);
  move(&c->free, &pp->gfree[class], n);
  count_locked(c);
  unlock(&c->lock);
}

void gfree_put(struct p *pp, struct g *gp) {
  uint32_t class = gp->stack_class;
  push(&pp->gfree[class], gp);
  if (pp->gfree[class].n >= keep(class)) give(pp, class, keep(class) / 2);
}

void gfree_flush(struct p *pp) {
  for (uint32_t class = 0; class < STACK_CLASSES; class++)
    if (pp->gfree[class].n) give(pp, class, pp->gfree[class].n);
}

// fetch fills pp's list up to a half: from the common list, else with new stacks.
static void fetch(struct p *pp, uint32_t class) {
  struct common *c = &common[class];
  struct gfree *mine = &pp->gfree[class];
  if (load_rlx(&c->n)) {
    lock(&c->lock);
    move(mine, &c->free, keep(class) / 2);
    count_locked(c);
    unlock(&c->lock);
  }
  if (mine->head) return;
  mine->head = stack_new(class, class <= stack_default ? NEW_STACKS : 1);
  for (struct g *gp = mine->head; gp; gp = gp->schedlink) mine->n++;
}

struct g *gfree_get_slow(struct p *pp, uint32_t class) {
  if (!pp) return stack_new(class, 1);
  fetch(pp, class);
  return pop(&pp->gfree[class]);
}

void gfree_window(void) {
  for (int i = 0; i < STACK_CLASSES; i++) {
    lock(&common[i].lock);
    store_rlx(&common[i].least, common[i].free.n);
    unlock(&common[i].lock);
  }
}

uint32_t gfree_unused(uint32_t class) { return load_rlx(&common[class].least); }

bool gfree_release(uint32_t class, uint32_t n) {
  struct common *c = &common[class];
  struct gfree cold = {0};
  lock(&c->lock);
  move(&cold, &c->free, n < load_rlx(&c->least) ? n : load_rlx(&c->least));
  store_rlx(&c->least, load_rlx(&c->least) - cold.n);
  store_rlx(&c->n, c->free.n);
  unlock(&c->lock);
  stack_release(cold.head);
  return cold.n > 0;
}
