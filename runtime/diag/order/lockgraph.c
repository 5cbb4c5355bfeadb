// SPDX-License-Identifier: Apache-2.0
// lockgraph.c: the tables of locks, lines and requests, and the search for cycles.
//
// Tables are mapped at their largest, and touched as they fill. A lock has two lists: the requests that hold
// it, and those that want it; an entry is "request * GRAPH_HELD + place". Requests that name a dead lock stay
// in their lists until the table is full: then the lists are made anew of what lives of its newer half.
#include "diag/order/lockgraph.h"

#include <string.h>
#include <sys/mman.h>

#include "base/check.h"

enum {
  SLOT_BITS = 20,
  LOCKS = 1 << SLOT_BITS,
  ADDRS = 2 * LOCKS,
  REQUESTS = 1 << 16,
  SHAPES = 1 << 17,
  LINES = 4096,
  STEPS = 4000,   // of one search
  LOOKS = 100,    // at a request that was ordered
};

struct lock_node {
  uintptr_t key;      // its address, inverted: not to be taken for a pointer to it
  uint32_t id;        // generation << SLOT_BITS | slot
  uint32_t holding;   // first entry of the list; 0: none
  uint32_t wanting;   // first request
  bool ignored, foreign;
};

struct line {
  uint32_t time, uses;
  bool owned;
  uint32_t next_free;
};

struct lock_graph {
  uint32_t nlocks, nrequests, nlines, free_line;
  uint32_t steps;                        // left to the search under way
  struct lock_node locks[LOCKS];         // slot 0: none
  uint32_t addrs[ADDRS];                 // open addressing: slots
  struct request requests[REQUESTS];     // number 0: none
  uint32_t shapes[SHAPES];               // chains of requests
  struct line lines[LINES];              // line 0: none
};

struct lock_graph *graph_new(void) {
  void *p = mmap(NULL, sizeof(struct lock_graph), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  struct lock_graph *g = p;
  g->nlocks = g->nrequests = g->nlines = 1;
  return g;
}

void graph_free(struct lock_graph *g) {
  for (uint32_t i = 1; i < g->nrequests; i++) past_drop(g->requests[i].before);
  munmap(g, sizeof *g);
}

// ---- locks -----------------------------------------------------------------------------------------

static struct lock_node *node_of(struct lock_graph *g, uint32_t id) { return &g->locks[id % LOCKS]; }

static uint32_t *addr_find(struct lock_graph *g, uintptr_t key) {
  uint32_t i = (uint32_t)(key * 0x9e3779b97f4a7c15u >> (64 - SLOT_BITS - 1));
  while (g->addrs[i % ADDRS] && g->locks[g->addrs[i % ADDRS]].key != key) i++;
  return &g->addrs[i % ADDRS];
}

uint32_t graph_lock(struct lock_graph *g, uintptr_t addr) {
  uint32_t *at = addr_find(g, ~addr);
  if (!*at) {
    if (g->nlocks == LOCKS) return 0;
    *at = g->nlocks++;
    g->locks[*at].id = *at;
  }
  struct lock_node *n = &g->locks[*at];
  *n = (struct lock_node){.key = ~addr, .id = n->id + LOCKS};
  return n->id;
}

uintptr_t graph_addr(const struct lock_graph *g, uint32_t lock) {
  const struct lock_node *n = &g->locks[lock % LOCKS];
  return lock && n->id == lock ? ~n->key : 0;
}

void graph_set_foreign(struct lock_graph *g, uint32_t lock) { node_of(g, lock)->foreign = true; }

bool graph_is_foreign(const struct lock_graph *g, uint32_t lock) { return graph_addr(g, lock) && g->locks[lock % LOCKS].foreign; }

void graph_ignore(struct lock_graph *g, uint32_t lock) {
  if (graph_addr(g, lock)) node_of(g, lock)->ignored = true;
}

bool graph_is_ignored(const struct lock_graph *g, uint32_t lock) { return g->locks[lock % LOCKS].ignored; }

static bool lives(const struct lock_graph *g, const struct request *r) {
  for (uint32_t i = 0; i <= r->nheld; i++) {
    uint32_t lock = i < r->nheld ? r->held[i].lock : r->want.lock;
    if (!graph_addr(g, lock) || graph_is_ignored(g, lock)) return false;
  }
  return true;
}

// ---- lines -----------------------------------------------------------------------------------------

bool graph_line(struct lock_graph *g, struct moment *m) {
  uint32_t i = g->free_line;
  if (i) g->free_line = g->lines[i].next_free;
  else if (g->nlines < LINES) i = g->nlines++;
  else return false;
  g->lines[i].owned = true;
  *m = (struct moment){i, ++g->lines[i].time};
  return true;
}

static void line_given_back(struct lock_graph *g, uint32_t i) {
  if (g->lines[i].owned || g->lines[i].uses) return;
  g->lines[i].next_free = g->free_line;
  g->free_line = i;
}

void graph_line_end(struct lock_graph *g, struct moment last) {
  g->lines[last.line].owned = false;
  g->lines[last.line].time = last.time;
  line_given_back(g, last.line);
}

// ---- requests --------------------------------------------------------------------------------------

static uint32_t number_of(const struct lock_graph *g, const struct request *r) { return (uint32_t)(r - g->requests); }

static uint32_t *chain_of(struct lock_graph *g, uint64_t shape) { return &g->shapes[shape >> 20 & (SHAPES - 1)]; }

// clear takes r's part in others' counts back.
static void clear(struct lock_graph *g, struct request *r) {
  past_drop(r->before);
  g->lines[r->when.line].uses--;
  line_given_back(g, r->when.line);
}

// put enters what r is, wherever it lies.
static void put(struct lock_graph *g, struct request *to, const struct request *r) {
  uint32_t next_shape = to->next_shape, next_want = to->next_want, next_held[GRAPH_HELD];
  memcpy(next_held, to->next_held, sizeof next_held);
  *to = *r;
  to->next_shape = next_shape;
  to->next_want = next_want;
  memcpy(to->next_held, next_held, sizeof next_held);
  to->ordered = false;
  to->looks = 0;
  g->lines[r->when.line].uses++;
}

static void link_request(struct lock_graph *g, struct request *r) {
  uint32_t n = number_of(g, r), *chain = chain_of(g, r->shape);
  r->next_shape = *chain;
  *chain = n;
  struct lock_node *want = node_of(g, r->want.lock);
  r->next_want = want->wanting;
  want->wanting = n;
  for (uint32_t i = 0; i < r->nheld; i++) {
    struct lock_node *held = node_of(g, r->held[i].lock);
    r->next_held[i] = held->holding;
    held->holding = n * GRAPH_HELD + i;
  }
}

// make_room drops the older half, and what is dead.
static void make_room(struct lock_graph *g) {
  memset(g->shapes, 0, sizeof g->shapes);
  for (uint32_t i = 1; i < g->nlocks; i++) g->locks[i].holding = g->locks[i].wanting = 0;
  uint32_t kept = 1;
  for (uint32_t i = 1; i < REQUESTS; i++) {
    struct request *r = &g->requests[i];
    if (i < REQUESTS / 2 || !lives(g, r)) {
      clear(g, r);
      continue;
    }
    if (i != kept) g->requests[kept] = *r;
    link_request(g, &g->requests[kept++]);
  }
  g->nrequests = kept;
}

struct request *graph_find(struct lock_graph *g, uint64_t shape, uint64_t goid) {
  for (uint32_t i = *chain_of(g, shape); i; i = g->requests[i].next_shape)
    if (g->requests[i].shape == shape && g->requests[i].goid == goid && lives(g, &g->requests[i])) return &g->requests[i];
  return NULL;
}

struct past *graph_all(const struct lock_graph *g) {
  struct past *p = NULL;
  for (uint32_t i = 1; i < g->nrequests; i++)
    if (!past_has(p, g->requests[i].when)) p = past_add(p, g->requests[i].when);
  return p;
}

void graph_drop(struct lock_graph *g, uint64_t goid) {
  for (uint32_t i = 1; i < g->nrequests; i++)
    if (g->requests[i].goid == goid) g->requests[i].want.lock = 0;
}

// place_for returns the request that is to give way to one of this shape, or a new one.
static struct request *place_for(struct lock_graph *g, const struct request *like, bool *is_new) {
  struct request *oldest = NULL;
  uint32_t same = 0;
  for (uint32_t i = *chain_of(g, like->shape); i; i = g->requests[i].next_shape) {
    struct request *r = &g->requests[i];
    if (r->shape != like->shape || r->nheld != like->nheld || r->want.lock != like->want.lock || !lives(g, r)) continue;
    same++;
    if (!oldest || r->goid < oldest->goid) oldest = r;
  }
  *is_new = same < GRAPH_SAME;
  if (!*is_new) {
    clear(g, oldest);
    return oldest;
  }
  if (g->nrequests == REQUESTS) make_room(g);
  return &g->requests[g->nrequests++];
}

// ---- the rules -------------------------------------------------------------------------------------

static bool have_gate(const struct request *a, const struct request *b) {
  for (uint32_t i = 0; i < a->nheld; i++)
    for (uint32_t k = 0; k < b->nheld; k++)
      if (a->held[i].lock == b->held[k].lock && !(is_shared(a->held[i].mode) && is_shared(b->held[k].mode))) return true;
  return false;
}

static bool are_ordered(const struct request *a, const struct request *b) {
  return past_has(a->before, b->when) || past_has(b->before, a->when);
}

// fits holds rules 1 to 3 between r and all of the n requests at with. by_order: 1 and 2 hold.
static bool fits(const struct request *r, const struct request *const *with, uint32_t n, bool *by_order) {
  *by_order = false;
  for (uint32_t i = 0; i < n; i++)
    if (with[i] && (r->goid == with[i]->goid || have_gate(r, with[i]))) return false;
  for (uint32_t i = 0; i < n; i++)
    if (with[i] && are_ordered(r, with[i])) *by_order = true;
  return !*by_order;
}

// ---- the search ------------------------------------------------------------------------------------

struct search {
  struct lock_graph *g;
  const struct request *also;  // nil: none
  struct cycle c;
  graph_found found;
  void *arg;
};

// needs_writer: step i asks to read what the next one only reads.
static bool needs_writer(const struct cycle *c, uint32_t i) {
  uint32_t next = (i + 1) % c->n;
  return is_shared(c->step[i]->want.mode) && is_shared(c->step[next]->held[c->hold[next]].mode);
}

// held_back notes that r was kept out of a cycle with the first step by order alone.
static void held_back(struct search *s, const struct request *r) {
  if (s->also) return;  // the first is not in the graph
  s->g->requests[number_of(s->g, r)].ordered = true;
  s->g->requests[number_of(s->g, s->c.step[0])].ordered = true;
}

static bool fits_search(const struct search *s, const struct request *r, bool *by_order) {
  return fits(r, s->c.step, s->c.n, by_order) && (!s->also || fits(r, &s->also, 1, by_order));
}

// find_writers fills in the writers from step i on.
static bool find_writers(struct search *s, uint32_t i) {
  struct cycle *c = &s->c;
  while (i < c->n && !needs_writer(c, i)) i++;
  if (i == c->n) return true;
  if (c->step[i]->want.mode == LOCK_READ_FREE) return false;
  for (uint32_t k = node_of(s->g, c->step[i]->want.lock)->wanting; k; k = s->g->requests[k].next_want) {
    const struct request *w = &s->g->requests[k];
    bool by_order;
    if (w->want.mode != LOCK_WRITE || s->g->steps == 0 || !lives(s->g, w)) continue;
    s->g->steps--;
    if (fits_search(s, w, &by_order) && fits(w, c->writer, i, &by_order)) {
      c->writer[i] = w;
      if (find_writers(s, i + 1)) return true;
    } else if (by_order) {
      held_back(s, w);
    }
    c->writer[i] = NULL;
  }
  return false;
}

// place_in returns where r holds lock, or -1.
static int place_in(const struct request *r, uint32_t lock) {
  for (uint32_t i = 0; i < r->nheld; i++)
    if (r->held[i].lock == lock) return (int)i;
  return -1;
}

// close_cycle tells of the cycle if the last step wants what the first holds.
static bool close_cycle(struct search *s) {
  struct cycle *c = &s->c;
  int at = place_in(c->step[0], c->step[c->n - 1]->want.lock);
  if (at < 0) return false;
  c->hold[0] = (uint32_t)at;
  memset(c->writer, 0, sizeof c->writer);
  if (c->n == 1 && !needs_writer(c, 0)) return true;  // a certain deadlock, and not ours to tell
  if (find_writers(s, 0)) s->found(c, s->arg);
  return true;
}

// extend tries each request that holds what the last step wants as the next one.
static void extend(struct search *s) {
  struct cycle *c = &s->c;
  if (close_cycle(s) || c->n == GRAPH_CYCLE) return;
  const struct request *last = c->step[c->n - 1];
  for (uint32_t e = node_of(s->g, last->want.lock)->holding; e;) {
    const struct request *r = &s->g->requests[e / GRAPH_HELD];
    uint32_t at = e % GRAPH_HELD;
    e = r->next_held[at];
    if (s->g->steps == 0 || !lives(s->g, r)) continue;
    s->g->steps--;
    bool by_order;
    if (fits_search(s, r, &by_order)) {
      c->step[c->n] = r;
      c->hold[c->n++] = at;
      extend(s);
      c->n--;
    } else if (by_order) {
      held_back(s, r);
    }
  }
}

static void look(struct lock_graph *g, const struct request *r, graph_found found, void *arg) {
  struct search s = {.g = g, .c = {.step = {r}, .n = 1}, .found = found, .arg = arg};
  g->steps = STEPS;
  extend(&s);
  if (r->want.mode != LOCK_WRITE) return;
  // r may be the writer that readers lacked.
  for (uint32_t k = node_of(g, r->want.lock)->wanting; k; k = g->requests[k].next_want) {
    const struct request *reader = &g->requests[k];
    if (!is_shared(reader->want.mode) || !lives(g, reader)) continue;
    s.c = (struct cycle){.step = {reader}, .n = 1};
    extend(&s);
  }
}

void graph_through(struct lock_graph *g, const struct request *r, const struct request *also, graph_found found, void *arg) {
  struct search s = {.g = g, .also = also, .c = {.step = {r}, .n = 1}, .found = found, .arg = arg};
  g->steps = STEPS;
  if (lives(g, r)) extend(&s);
}

struct request *graph_add(struct lock_graph *g, const struct request *r, graph_found found, void *arg) {
  bool is_new;
  struct request *to = place_for(g, r, &is_new);
  put(g, to, r);
  if (is_new) link_request(g, to);
  look(g, to, found, arg);
  return to;
}

void graph_again(struct lock_graph *g, struct request *r, struct moment when, struct past *before, graph_found found,
                 void *arg) {
  past_drop(r->before);
  r->before = before;
  CHECK(r->when.line == when.line);
  r->when = when;
  if (!r->ordered || r->looks++ >= LOOKS) return;
  r->ordered = false;
  look(g, r, found, arg);
}
