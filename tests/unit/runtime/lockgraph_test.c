// SPDX-License-Identifier: Apache-2.0
// lockgraph_test.c: the search for cycles against one that tries every sequence of requests, and each rule.
#include "diag/order/lockgraph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t shape_of(const struct request *r) {
  uint64_t h = 1;
  for (uint32_t i = 0; i <= r->nheld; i++) {
    const struct lock_use *u = i < r->nheld ? &r->held[i] : &r->want;
    h = (h ^ u->lock ^ (uint64_t)u->mode << 32) * 0x9e3779b97f4a7c15u;
    h ^= h >> 31;
  }
  return h;
}

// ---- the naive model -------------------------------------------------------------------------------

enum { MOST = 24, GOROUTINES = 5, LOCKS = 5 };

static struct request all[MOST];  // as they were entered
static uint32_t nall;

static bool shares(const struct request *a, const struct request *b) {
  for (uint32_t i = 0; i < a->nheld; i++)
    for (uint32_t k = 0; k < b->nheld; k++)
      if (a->held[i].lock == b->held[k].lock && (a->held[i].mode != LOCK_READ || b->held[k].mode != LOCK_READ)) return true;
  return false;
}

static bool together(const struct request *a, const struct request *b) {
  return a->goid != b->goid && !shares(a, b) && !past_has(a->before, b->when) && !past_has(b->before, a->when);
}

static const struct lock_use *held_in(const struct request *r, uint32_t lock) {
  for (uint32_t i = 0; i < r->nheld; i++)
    if (r->held[i].lock == lock) return &r->held[i];
  return NULL;
}

// works tells whether the n requests in seq, and m in seq after them as the writers of those links that need
// one, in order, are a cycle that may deadlock.
static bool works(const uint32_t *seq, uint32_t n, uint32_t m) {
  uint32_t w = n;
  for (uint32_t i = 0; i < n + m; i++)
    for (uint32_t k = 0; k < i; k++)
      if (!together(&all[seq[i]], &all[seq[k]])) return false;
  for (uint32_t i = 0; i < n; i++) {
    const struct request *r = &all[seq[i]];
    const struct lock_use *h = held_in(&all[seq[(i + 1) % n]], r->want.lock);
    if (!h) return false;
    if (r->want.mode != LOCK_READ || h->mode != LOCK_READ) {
      if (n == 1) return false;
      continue;
    }
    if (w == n + m) return false;
    const struct request *x = &all[seq[w++]];
    if (x->want.mode != LOCK_WRITE || x->want.lock != r->want.lock) return false;
  }
  return w == n + m;
}

// any tries all sequences that begin with seq. with: this one has to be in it, MOST: none has.
static bool any(uint32_t *seq, uint32_t len, uint32_t with) {
  bool there = with == MOST;
  for (uint32_t i = 0; i < len; i++) there = there || seq[i] == with;
  for (uint32_t n = 1; there && n <= len; n++)
    if (works(seq, n, len - n)) return true;
  if (len == GOROUTINES) return false;
  for (uint32_t next = 0; next < nall; next++) {
    bool ok = true;
    for (uint32_t i = 0; i < len; i++) ok = ok && together(&all[next], &all[seq[i]]);
    seq[len] = next;
    if (ok && any(seq, len + 1, with)) return true;
  }
  return false;
}

// ---- random requests -------------------------------------------------------------------------------

struct line {
  struct moment now;
  struct past *past;
};

static void count(const struct cycle *c, void *arg) {
  assert_true(c->n >= 1 && c->n <= GRAPH_CYCLE);
  ++*(uint32_t *)arg;
}

// tell makes what a did so far known to b.
static void tell(struct line *a, struct line *b) {
  a->past = past_add(a->past, a->now);
  a->now.time++;
  b->past = past_join(b->past, a->past);
}

static bool make(struct request *r, const uint32_t *locks, uint64_t goid, const struct line *l) {
  *r = (struct request){.goid = goid, .when = l->now, .nheld = (uint32_t)rand() % 3};
  for (uint32_t i = 0; i <= r->nheld; i++) {
    uint32_t k = (uint32_t)rand() % LOCKS;
    struct lock_use u = {locks[k], k < 2 ? LOCK_MUTEX : rand() % 3 ? LOCK_READ : LOCK_WRITE, 0};
    for (uint32_t j = 0; j < i; j++)
      if (r->held[j].lock == u.lock && (j < r->nheld && (i < r->nheld || u.mode != LOCK_READ || r->held[j].mode != LOCK_READ)))
        return false;
    *(i < r->nheld ? &r->held[i] : &r->want) = u;
  }
  if (r->nheld == 0 && r->want.mode != LOCK_WRITE) return false;
  r->shape = shape_of(r);
  for (uint32_t i = 0; i < nall; i++)
    if (all[i].shape == r->shape && all[i].goid == goid) return false;
  return true;
}

static uint32_t rounds_with, rounds_without;

static void one_round(void) {
  struct lock_graph *g = graph_new();
  struct line line[GOROUTINES] = {0};
  uint32_t locks[LOCKS], n = 6 + (uint32_t)rand() % 6, seen = 0;
  for (uint32_t i = 0; i < LOCKS; i++) locks[i] = graph_lock(g, 0x1000 + 64 * i);
  for (uint32_t i = 0; i < GOROUTINES; i++) assert_true(graph_line(g, &line[i].now));
  for (nall = 0; nall < n;) {
    uint32_t a = (uint32_t)rand() % GOROUTINES, b = (uint32_t)rand() % GOROUTINES, found = 0, seq[GOROUTINES];
    if (rand() % 8 == 0 && a != b) tell(&line[a], &line[b]);
    if (!make(&all[nall], locks, a + 1, &line[a])) continue;
    all[nall].before = past_keep(line[a].past);
    struct request r = all[nall++];
    r.before = past_keep(r.before);
    graph_add(g, &r, count, &found);
    if (found) assert_true(any(seq, 0, MOST));
    if (any(seq, 0, nall - 1)) assert_true(found > 0);
    seen += found;
  }
  ++*(seen ? &rounds_with : &rounds_without);
  for (uint32_t i = 0; i < nall; i++) past_drop(all[i].before);
  for (uint32_t i = 0; i < GOROUTINES; i++) past_drop(line[i].past);
  graph_free(g);
}

static void against_the_model(void **state) {
  (void)state;
  srand(7);
  for (int i = 0; i < 3000; i++) one_round();
  assert_true(rounds_with > 300 && rounds_without > 300);  // both verdicts were tried
}

// ---- one by one ------------------------------------------------------------------------------------

struct fixture {
  struct lock_graph *g;
  uint32_t a, b, c;
  struct line line[4];
};

static struct fixture begin(void) {
  struct fixture f = {.g = graph_new()};
  f.a = graph_lock(f.g, 16);
  f.b = graph_lock(f.g, 32);
  f.c = graph_lock(f.g, 48);
  for (int i = 0; i < 4; i++) graph_line(f.g, &f.line[i].now);
  return f;
}

static void end(struct fixture *f) {
  for (int i = 0; i < 4; i++) past_drop(f->line[i].past);
  graph_free(f->g);
}

// ask lets goroutine i ask for want while it holds one lock; it returns how many cycles that closes.
static uint32_t ask(struct fixture *f, uint32_t i, uint32_t held, uint32_t want) {
  uint32_t found = 0;
  struct request r = {.goid = i + 1, .when = f->line[i].now, .before = past_keep(f->line[i].past), .nheld = 1,
                      .held = {{held, LOCK_MUTEX, 0}}, .want = {want, LOCK_MUTEX, 0}};
  r.shape = shape_of(&r);
  struct request *old = graph_find(f->g, r.shape, r.goid);
  if (old) graph_again(f->g, old, r.when, r.before, count, &found);
  else graph_add(f->g, &r, count, &found);
  return found;
}

static void reused_memory(void **state) {
  (void)state;
  struct fixture f = begin();
  assert_int_equal(ask(&f, 0, f.a, f.b), 0);
  uint32_t other = graph_lock(f.g, 16);  // where a was
  assert_int_not_equal(other, f.a);
  assert_int_equal(graph_addr(f.g, f.a), 0);
  assert_int_equal(graph_addr(f.g, other), 16);
  assert_int_equal(ask(&f, 1, f.b, other), 0);
  assert_int_equal(ask(&f, 0, other, f.b), 1);
  end(&f);
}

static void ignored(void **state) {
  (void)state;
  struct fixture f = begin();
  ask(&f, 0, f.a, f.b);
  graph_ignore(f.g, f.a);
  assert_int_equal(ask(&f, 1, f.b, f.a), 0);
  end(&f);
}

// What was ordered the first time need not be the next.
static void ordered_and_then_not(void **state) {
  (void)state;
  struct fixture f = begin();
  ask(&f, 0, f.a, f.b);
  tell(&f.line[0], &f.line[1]);
  assert_int_equal(ask(&f, 1, f.b, f.a), 0);
  assert_int_equal(ask(&f, 0, f.a, f.b), 1);
  end(&f);
}

// Lines come back when nothing is on them, and the latest goroutines' requests are those that are kept.
static void many_goroutines(void **state) {
  (void)state;
  struct fixture f = begin();
  for (uint64_t i = 10; i < 200000; i++) {
    struct moment m;
    assert_true(graph_line(f.g, &m));
    struct request r = {.goid = i, .when = m, .nheld = 1, .held = {{f.a, LOCK_MUTEX, 0}}, .want = {f.b, LOCK_MUTEX, 0}};
    r.shape = shape_of(&r);
    uint32_t found = 0;
    graph_add(f.g, &r, count, &found);
    graph_line_end(f.g, m);
  }
  assert_int_equal(ask(&f, 1, f.b, f.a), GRAPH_SAME);
  end(&f);
}

// A full table forgets its older half.
static void many_requests(void **state) {
  (void)state;
  struct fixture f = begin();
  enum { MANY = 200000 };
  static uint32_t locks[MANY];
  for (uint32_t i = 0; i < MANY; i++) {
    locks[i] = graph_lock(f.g, 0x10000 + 16 * i);
    assert_int_equal(ask(&f, 0, f.a, locks[i]), 0);
  }
  assert_int_equal(ask(&f, 1, locks[0], f.a), 0);
  assert_int_equal(ask(&f, 1, locks[MANY - 1], f.a), 1);
  end(&f);
}

static void thread_that_ended(void **state) {
  (void)state;
  struct fixture f = begin();
  ask(&f, 0, f.a, f.b);
  struct past *p = graph_all(f.g);
  assert_true(past_has(p, f.line[0].now));
  past_drop(p);
  graph_drop(f.g, 1);
  assert_int_equal(ask(&f, 1, f.b, f.a), 0);
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(against_the_model), cmocka_unit_test(reused_memory),   cmocka_unit_test(ignored),
      cmocka_unit_test(ordered_and_then_not), cmocka_unit_test(many_goroutines), cmocka_unit_test(many_requests),
      cmocka_unit_test(thread_that_ended)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
