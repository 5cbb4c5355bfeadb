// SPDX-License-Identifier: Apache-2.0
// gfree.c: free stacks: of each class a few on every P, newest first and without a lock, the rest for all.
//
// They go between a P and the common list by magazines, as in Bonwick's allocator: lists that are handed over as they
// are, so that nobody walks over stacks that are in no cache. A P has one that it takes from and puts to, and may have a
// full one.
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
  struct g *magazines;     // each by its first G, which knows the next one's and how many there are
  _Atomic uint32_t n;      // how many in all, for a look without the lock
  _Atomic uint32_t least;  // the least that n was in this window
} common[STACK_CLASSES];

void gfree_lock_all(void) {
  for (int i = 0; i < STACK_CLASSES; i++) lock(&common[i].lock);
}

void gfree_unlock_all(void) {
  for (int i = 0; i < STACK_CLASSES; i++) unlock(&common[i].lock);
}

// magazine is how many stacks of a class go together: of large ones, which may hold much, few. A P keeps less than two.
static uint32_t magazine(uint32_t class) { return class <= stack_default ? 32 : 4; }

static void count_locked(struct common *c, uint32_t n) {
  store_rlx(&c->n, n);
  if (n < load_rlx(&c->least)) store_rlx(&c->least, n);
}

// give makes the n stacks from head on a magazine of the common list.
static void give(uint32_t class, struct g *head, uint32_t n) {
  struct common *c = &common[class];
  head->magazine_n = n;
  lock(&c->lock);
  head->magazine_next = c->magazines;
  c->magazines = head;
  count_locked(c, load_rlx(&c->n) + n);
  unlock(&c->lock);
}

void gfree_put(struct p *pp, struct g *gp) {
  uint32_t class = gp->stack_class;
  struct gfree *mine = &pp->gfree[class];
  gp->schedlink = mine->head;
  mine->head = gp;
  if (__builtin_expect(++mine->n < magazine(class), 1)) return;
  if (mine->full) give(class, mine->full, magazine(class));
  *mine = (struct gfree){.full = gp};
}

void gfree_flush(struct p *pp) {
  for (uint32_t class = 0; class < STACK_CLASSES; class++) {
    struct gfree mine = pp->gfree[class];
    pp->gfree[class] = (struct gfree){0};
    if (mine.head) give(class, mine.head, mine.n);
    if (mine.full) give(class, mine.full, magazine(class));
  }
}

// fetch takes a magazine off the common list; false: there is none.
static bool fetch(struct gfree *mine, struct common *c) {
  if (load_rlx(&c->n) == 0) return false;
  lock(&c->lock);
  struct g *head = c->magazines;
  if (head) {
    c->magazines = head->magazine_next;
    mine->head = head;
    mine->n = head->magazine_n;
    count_locked(c, load_rlx(&c->n) - head->magazine_n);
  }
  unlock(&c->lock);
  return head;
}

// fill gets stacks for a P that has none at hand: its full magazine, a common one, or new ones.
static void fill(struct gfree *mine, uint32_t class) {
  if (mine->full) {
    *mine = (struct gfree){.head = mine->full, .n = magazine(class)};
    return;
  }
  if (fetch(mine, &common[class])) return;
  mine->head = stack_new(class, class <= stack_default ? NEW_STACKS : 1);
  for (struct g *gp = mine->head; gp; gp = gp->schedlink) mine->n++;
}

struct g *gfree_get_slow(struct p *pp, uint32_t class) {
  if (!pp) return stack_new(class, 1);
  fill(&pp->gfree[class], class);
  return pp->gfree[class].head ? gfree_get(pp, class) : NULL;
}

void gfree_window(void) {
  for (int i = 0; i < STACK_CLASSES; i++) {
    lock(&common[i].lock);
    store_rlx(&common[i].least, load_rlx(&common[i].n));
    unlock(&common[i].lock);
  }
}

uint32_t gfree_unused(uint32_t class) { return load_rlx(&common[class].least); }

// pop_locked takes a stack out of the first magazine.
static struct g *pop_locked(struct common *c) {
  struct g *gp = c->magazines, *rest = gp->schedlink;
  if (rest) {
    rest->magazine_n = gp->magazine_n - 1;
    rest->magazine_next = gp->magazine_next;
  }
  c->magazines = rest ? rest : gp->magazine_next;
  store_rlx(&c->n, load_rlx(&c->n) - 1);
  return gp;
}

bool gfree_release(uint32_t class, uint32_t n) {
  struct common *c = &common[class];
  struct g *cold = NULL;
  lock(&c->lock);
  uint32_t least = load_rlx(&c->least);
  if (n > least) n = least;
  for (uint32_t i = 0; i < n; i++) {
    struct g *gp = pop_locked(c);
    gp->schedlink = cold;
    cold = gp;
  }
  store_rlx(&c->least, least - n);
  unlock(&c->lock);
  stack_release(cold);
  return cold;
}
