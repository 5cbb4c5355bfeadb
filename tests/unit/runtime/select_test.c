// SPDX-License-Identifier: Apache-2.0
// select_test.c: select: one case is done, any of the ready ones, and nothing of the others.
#include "sync_help.h"

#include <stdatomic.h>

#include "chan/hchan.h"

static struct cr_chan *raw(const void *c) { return *(struct cr_chan *const *)c; }
#define RAW(c) raw(&(c))

static int parked(struct cr_chan *c) {
  int n = 0;
  lock(&c->lock);
  if (!chan_is_valid(c)) n = -1000000;
  for (struct sudog *sg = c->recvq.first; sg; sg = sg->next) n++;
  for (struct sudog *sg = c->sendq.first; sg; sg = sg->next) n++;
  unlock(&c->lock);
  return n;
}

// ---- what runs ------------------------------------------------------------------------------

static void the_default_runs_when_nothing_can(void) {
  cr_chan(int) c = cr_chan_make(int), full = cr_chan_make(int, 1), nil = NULL;
  cr_chan_send(full, 1);
  int v = 7, ran = 0;
  bool ok = true;
  cr_select {
    cr_on_recv(c, &v) { ran = 1; }
    cr_on_recv_ok(nil, &v, &ok) { ran = 2; }
    cr_on_send(full, 2) { ran = 3; }
    cr_on_send(nil, 3) { ran = 4; }
    cr_on_default { ran = 5; }
  }
  check_eq(ran, 5);
  check(v == 7 && ok);
  cr_select {
    cr_on_default { ran = 6; }
  }
  check_eq(ran, 6);
  cr_select {
    cr_on_default { ran = 7; }
    cr_on_recv(full, &v) { ran = 8; }
  }
  check_eq(ran, 8);
  cr_chan_free(c);
  cr_chan_free(full);
}

static void the_ready_case_runs_alone(void) {
  cr_chan(int) a = cr_chan_make(int, 1), b = cr_chan_make(int, 1);
  int va = 0, vb = 0, ran = 0;
  cr_chan_send(b, 5);
  cr_select {
    cr_on_recv(a, &va) { ran += 1; }
    cr_on_recv(b, &vb) { ran += 10; }
  }
  check(ran == 10 && va == 0 && vb == 5);
  cr_select {
    cr_on_recv(a, &va) { ran += 1; }
    cr_on_send(b, 6) { ran += 100; }
  }
  check(ran == 110 && cr_chan_len(b) == 1);
  cr_chan_free(a);
  cr_chan_free(b);
}

static void a_closed_channel_can_always_be_received(void) {
  cr_chan(long) c = cr_chan_make(long, 1);
  cr_chan(long) other = cr_chan_make(long);
  cr_chan_send(c, 9);
  cr_chan_close(c);
  for (int turn = 0; turn < 3; turn++) {
    long v = 77;
    bool ok = turn != 0;
    cr_select {
      cr_on_recv_ok(c, &v, &ok) {}
      cr_on_recv(other, NULL) { check(turn < 0); }
    }
    check_eq(v, turn == 0 ? 9 : 0);
    check(ok == (turn == 0));
  }
  cr_chan_free(c);
  cr_chan_free(other);
}

static int calls;
static int count(int x) { return calls++, x; }

static void operands_are_evaluated_once_in_order(void) {
  cr_chan(int) c[3] = {cr_chan_make(int, 1), cr_chan_make(int, 1), NULL};
  int v[3], ran = -1;
  cr_chan_send(c[0], 4);
  cr_chan_send(c[1], 4);
  calls = 0;
  int order = 0;
  cr_select {
    cr_on_recv(c[count(2)], (order = order * 10 + 1, &v[0])) { ran = 0; }
    cr_on_send(c[count(0)], (order = order * 10 + 2)) { ran = 1; }
    cr_on_recv(c[count(1)], (order = order * 10 + 3, &v[2])) { ran = 2; }
    cr_on_default { ran = 3; }
  }
  check(ran == 2 && v[2] == 4);
  check_eq(calls, 3);
  check_eq(order, 123);
  cr_chan_free(c[0]);
  cr_chan_free(c[1]);
}

struct big {
  char b[1000];
};

static void values_of_any_size_are_sent(void) {
  enum { N = 20 };
  cr_chan(struct big) bigs = cr_chan_make(struct big, N);
  cr_chan(struct big) nil = NULL;
  cr_chan(int[3]) arrays = cr_chan_make(int[3], 1);
  struct big v, got;
  for (int i = 0; i < N; i++) {
    memset(&v, 'a' + i, sizeof v);
    int sent = 0;
    cr_select {
      cr_on_send(nil, v) {}
      cr_on_send(bigs, v) { sent++; }
      cr_on_send(nil, v) {}
    }
    check_eq(sent, 1);
  }
  for (int i = 0; i < N; i++) {
    check(cr_chan_recv(bigs, &got));
    memset(&v, 'a' + i, sizeof v);
    check(memcmp(&v, &got, sizeof v) == 0);
  }
  int a[3] = {1, 2, 3}, b[3] = {0};
  cr_select {
    cr_on_send(arrays, a) {}
  }
  cr_select {
    cr_on_recv(arrays, &b) {}
  }
  check(memcmp(a, b, sizeof a) == 0);
  cr_chan_free(bigs);
  cr_chan_free(arrays);
}

// ---- as a statement -------------------------------------------------------------------------

static int leave_by_return(cr_chan(int) c) {
  int v;
  cr_select {
    cr_on_recv(c, &v) { return v; }
    cr_on_default { return -1; }
  }
  return -2;
}

static void it_is_a_statement(void) {
  cr_chan(int) c = cr_chan_make(int, 10), d = cr_chan_make(int, 10);
  int turns = 0, after_break = 0, v = 0;
  for (int i = 0; i < 5; i++) {  // break leaves the select, not the loop
    cr_chan_send(c, i);
    cr_select {
      cr_on_recv(c, &v) {
        if (v == i) break;
        after_break++;
      }
      cr_on_recv(d, &v) { after_break++; }
    }
    turns++;
  }
  check(turns == 5 && after_break == 0);

  cr_chan_send(c, 8);
  check_eq(leave_by_return(c), 8);
  check_eq(leave_by_return(c), -1);

  for (;;) {  // goto out of it
    cr_select {
      cr_on_default { goto out; }
    }
  }
out:
  if (turns == 5)  // without braces, with an else
    cr_select {
      cr_on_default turns = 6;
    }
  else
    turns = 7;
  check_eq(turns, 6);
  cr_chan_free(c);
  cr_chan_free(d);
}

static void it_nests(void) {
  cr_chan(int) a = cr_chan_make(int, 2), b = cr_chan_make(int, 2);
  cr_chan_send(a, 1);
  cr_chan_send(b, 2);
  int x = 0, y = 0, outer = 0;
  cr_select {
    cr_on_recv(a, &x) {
      cr_select {
        cr_on_recv(b, &y) { y += 10; }
        cr_on_default { y = -1; }
      }
      outer++;
    }
  }
  check(x == 1 && y == 12 && outer == 1);
  // In an operand, too.
  cr_chan_send(a, 3);
  cr_select {
    cr_on_send(b, __extension__({
      int z = 0;
      cr_select {
        cr_on_recv(a, &z) {}
      }
      z * 2;
    })) { outer++; }
  }
  check(cr_chan_recv(b, &y) && y == 6 && outer == 2);
  cr_chan_free(a);
  cr_chan_free(b);
}

// ---- choice ---------------------------------------------------------------------------------

// With each of 4 ready cases equally likely, 40000 turns give each 10000 +- 87 (one sigma); 6 sigmas
// are left in 2 of 10^9 runs.
static void the_choice_is_uniform(void) {
  enum { N = 4, TURNS = 40000 };
  cr_chan(int) c[N];
  int hits[N] = {0};
  for (int i = 0; i < N; i++) c[i] = cr_chan_make(int, 1);
  for (int i = 0; i < N - 1; i++) cr_chan_send(c[i], i);
  for (int t = 0; t < TURNS; t++) {
    cr_select {
      cr_on_recv(c[0], NULL) { hits[0]++, cr_chan_send(c[0], 1); }
      cr_on_recv(c[1], NULL) { hits[1]++, cr_chan_send(c[1], 1); }
      cr_on_recv(c[2], NULL) { hits[2]++, cr_chan_send(c[2], 1); }
      cr_on_send(c[3], 1) { hits[3]++, cr_chan_recv(c[3], NULL); }
    }
  }
  for (int i = 0; i < N; i++) check(hits[i] > TURNS / N - 6 * 87 && hits[i] < TURNS / N + 6 * 87);
  for (int i = 0; i < N; i++) cr_chan_free(c[i]);
}

static void hundreds_of_cases(void) {
  enum { N = 500, TURNS = 2000 };
  static cr_chan(int) c[N];
  static int v[N], hit[N];
  for (int i = 0; i < N; i++) c[i] = cr_chan_make(int, 1);
  for (int t = 0; t < TURNS; t++) {
    for (int i = 0; i < N; i++) cr_chan_try_send(c[i], i + t % 2 * N);
    int done = 0;
    cr_select {
      for (int i = 0; i < N; i++)
        cr_on_recv(c[i], &v[i]) {
          check_eq(v[i] % N, i);
          hit[i] = 1;
          done++;
        }
    }
    check_eq(done, 1);
  }
  int distinct = 0;
  for (int i = 0; i < N; i++) distinct += hit[i];
  check(distinct > N / 2);  // 2000 draws of 500 leave out about 9
  for (int i = 0; i < N; i++) cr_chan_free(c[i]);
}

// ---- waiting --------------------------------------------------------------------------------

static void select_two(cr_chan(int) a, cr_chan(int) b, int *got, cr_waitgroup *wg) {
  int x = -1, y = -1;
  cr_select {
    cr_on_recv(a, &x) { *got = x; }
    cr_on_recv(b, &y) { *got = 1000 + y; }
  }
  check((x == -1) != (y == -1));
  cr_waitgroup_done(wg);
}

static void a_parked_select_is_in_both_queues_and_leaves_both(void) {
  cr_chan(int) a = cr_chan_make(int), b = cr_chan_make(int);
  for (int side = 0; side < 2; side++) {
    cr_waitgroup wg = {0};
    int got = 0;
    cr_waitgroup_add(&wg, 1);
    cr_go(select_two, a, b, &got, &wg);
    until(parked(RAW(a)) == 1 && parked(RAW(b)) == 1);
    cr_chan_send(side ? b : a, 5);
    cr_waitgroup_wait(&wg);
    check_eq(got, side ? 1005 : 5);
    check(parked(RAW(a)) == 0 && parked(RAW(b)) == 0);
  }
  cr_chan_free(a);
  cr_chan_free(b);
}

static void many_cases_parked(cr_chan(int) *c, int n, int *got, cr_waitgroup *wg) {
  int v = 0;
  cr_select {
    for (int i = 0; i < n; i++) cr_on_recv(c[i], &v) { *got = v * 1000 + i; }
  }
  cr_waitgroup_done(wg);
}

static void a_parked_select_of_many(void) {
  enum { N = 100 };
  cr_chan(int) c[N];
  for (int i = 0; i < N; i++) c[i] = cr_chan_make(int);
  for (int k = 0; k < N; k += 7) {
    cr_waitgroup wg = {0};
    int got = 0;
    cr_waitgroup_add(&wg, 1);
    cr_go(many_cases_parked, c, N, &got, &wg);
    for (int i = 0; i < N; i++) until(parked(RAW(c[i])) == 1);
    cr_chan_send(c[k], 3);
    cr_waitgroup_wait(&wg);
    check_eq(got, 3000 + k);
  }
  for (int i = 0; i < N; i++) {
    check_eq(parked(RAW(c[i])), 0);
    cr_chan_free(c[i]);
  }
}

// The linker sends the library's calls of malloc here (--wrap).
static atomic_long mallocs;
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n) {
  atomic_fetch_add(&mallocs, 1);
  return __real_malloc(n);
}

// mallocs_of is how often memory is allocated for a select of n cases that parks and is woken.
static long mallocs_of(int n) {
  cr_chan(int) c[n];
  cr_waitgroup wg = {0};
  int got = 0;
  for (int i = 0; i < n; i++) c[i] = cr_chan_make(int);
  long before = mallocs;
  cr_waitgroup_add(&wg, 1);
  cr_go(many_cases_parked, c, n, &got, &wg);
  until(parked(RAW(c[n - 1])) == 1 && parked(RAW(c[0])) == 1);
  cr_chan_send(c[n / 2], 3);
  cr_waitgroup_wait(&wg);
  long did = mallocs - before;
  for (int i = 0; i < n; i++) cr_chan_free(c[i]);
  check_eq(got, 3000 + n / 2);
  return did;
}

static void small_ones_allocate_nothing(void) {
  mallocs_of(2);  // the goroutine's stack, perhaps
  for (int n = 2; n <= 8; n++) check_eq(mallocs_of(n), 0);
  check(mallocs_of(33) > 0);
}

static void same_channel_twice(cr_chan(int) c, atomic_int *sum, cr_waitgroup *wg) {
  int x, y;
  cr_select {
    cr_on_recv(c, &x) { atomic_fetch_add(sum, x); }
    cr_on_recv(c, &y) { atomic_fetch_add(sum, y); }
  }
  cr_waitgroup_done(wg);
}

static void one_channel_in_several_cases(void) {
  enum { N = 200 };
  cr_chan(int) c = cr_chan_make(int);
  cr_waitgroup wg = {0};
  atomic_int sum = 0;
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) cr_go(same_channel_twice, c, &sum, &wg);
  for (int i = 0; i < N; i++) cr_chan_send(c, i);
  cr_waitgroup_wait(&wg);
  check_eq(sum, N * (N - 1) / 2);
  check_eq(parked(RAW(c)), 0);
  // A select cannot meet itself.
  int ran = 0;
  cr_select {
    cr_on_recv(c, NULL) { ran = 1; }
    cr_on_send(c, 1) { ran = 2; }
    cr_on_default { ran = 3; }
  }
  check_eq(ran, 3);
  cr_chan_free(c);
}

static void wait_for_end(cr_chan(int) a, cr_chan(int) quit, atomic_int *ended, cr_waitgroup *wg) {
  int v = 5, w = 6;
  bool ok = true;
  cr_select {
    cr_on_recv(a, &v) {}
    cr_on_recv_ok(quit, &w, &ok) {
      if (!ok && w == 0 && v == 5) atomic_fetch_add(ended, 1);
    }
  }
  cr_waitgroup_done(wg);
}

static void close_ends_every_parked_select(void) {
  enum { N = 100 };
  cr_chan(int) a = cr_chan_make(int), quit = cr_chan_make(int);
  cr_waitgroup wg = {0};
  atomic_int ended = 0;
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) cr_go(wait_for_end, a, quit, &ended, &wg);
  until(parked(RAW(quit)) == N);
  cr_chan_close(quit);
  cr_waitgroup_wait(&wg);
  check_eq(ended, N);
  check_eq(parked(RAW(a)), 0);
  cr_chan_free(a);
  cr_chan_free(quit);
}

// ---- stress ---------------------------------------------------------------------------------

// Each of two goroutines sends n on one channel and receives n on the other, by select, in any order.
static void exchange(cr_chan(int) in, cr_chan(int) out, int n, cr_waitgroup *wg) {
  int received = 0, sent = 0, v;
  while (received < n || sent < n) {
    cr_chan(int) i = received < n ? in : NULL;
    cr_chan(int) o = sent < n ? out : NULL;
    cr_select {
      cr_on_recv(i, &v) { check_eq(v, received++); }
      cr_on_send(o, sent) { sent++; }
    }
  }
  cr_waitgroup_done(wg);
}

static void two_that_select_on_both_ends(void) {
  cr_waitgroup wg = {0};
  cr_chan(int) a = cr_chan_make(int), b = cr_chan_make(int);
  cr_waitgroup_add(&wg, 2);
  cr_go(exchange, a, b, 20000, &wg);
  cr_go(exchange, b, a, 20000, &wg);
  cr_waitgroup_wait(&wg);
  // One unbuffered channel for both ways.
  cr_waitgroup_add(&wg, 2);
  cr_go(exchange, a, a, 20000, &wg);
  cr_go(exchange, a, a, 20000, &wg);
  cr_waitgroup_wait(&wg);
  check(parked(RAW(a)) == 0 && parked(RAW(b)) == 0);
  cr_chan_free(a);
  cr_chan_free(b);
}

enum { LANES = 6 };

static void feed(cr_chan(int) *c, int n, unsigned seed, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    seed = seed * 1103515245 + 12345;
    unsigned k = seed >> 16;
    cr_select {
      cr_on_send(c[k % LANES], i) {}
      cr_on_send(c[(k + 1) % LANES], i) {}
      cr_on_send(c[(k + 2) % LANES], i) {}
    }
  }
  cr_waitgroup_done(wg);
}

static void drain(cr_chan(int) *c, cr_chan(int) quit, atomic_llong *sum, atomic_int *n, cr_waitgroup *wg) {
  for (bool more = true; more;) {
    int v = 0;
    cr_select {
      for (int i = 0; i < LANES; i++)
        cr_on_recv(c[i], &v) {
          atomic_fetch_add(sum, v);
          atomic_fetch_add(n, 1);
        }
      cr_on_recv(quit, NULL) { more = false; }
    }
  }
  cr_waitgroup_done(wg);
}

static void many_selects_meet(void) {
  enum { FEEDERS = 8, DRAINERS = 5, N = 2000 };
  for (int cap = 0; cap < 3; cap++) {
    cr_chan(int) c[LANES];
    cr_chan(int) quit = cr_chan_make(int);
    for (int i = 0; i < LANES; i++) c[i] = cr_chan_make(int, cap);
    cr_waitgroup feeders = {0}, drainers = {0};
    atomic_llong sum = 0;
    atomic_int n = 0;
    cr_waitgroup_add(&feeders, FEEDERS);
    cr_waitgroup_add(&drainers, DRAINERS);
    for (int i = 0; i < FEEDERS; i++) cr_go(feed, c, N, (unsigned)i, &feeders);
    for (int i = 0; i < DRAINERS; i++) cr_go(drain, c, quit, &sum, &n, &drainers);
    cr_waitgroup_wait(&feeders);
    until(atomic_load(&n) == FEEDERS * N);
    cr_chan_close(quit);
    cr_waitgroup_wait(&drainers);
    check_eq(sum, (long long)FEEDERS * N * (N - 1) / 2);
    for (int i = 0; i < LANES; i++) {
      check_eq(parked(RAW(c[i])), 0);
      cr_chan_free(c[i]);
    }
    cr_chan_free(quit);
  }
}

static void trickle(cr_chan(int) c, int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) cr_chan_send(c, i);
  cr_waitgroup_done(wg);
}

// A channel that always has a sender must not keep the other from its turn.
static void nobody_starves(void) {
  cr_chan(int) busy = cr_chan_make(int), rare = cr_chan_make(int);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 3);
  cr_go(trickle, busy, 3000, &wg);
  cr_go(trickle, busy, 3000, &wg);
  cr_go(trickle, rare, 100, &wg);
  int n[2] = {0, 0}, v;
  while (n[0] + n[1] < 6100) {
    cr_select {
      cr_on_recv(busy, &v) { n[0]++; }
      cr_on_recv(rare, &v) { check_eq(v, n[1]++); }
    }
  }
  cr_waitgroup_wait(&wg);
  check(n[0] == 6000 && n[1] == 100);
  cr_chan_free(busy);
  cr_chan_free(rare);
}

// ---- what ends the process ------------------------------------------------------------------

static void send_closed(void) {
  cr_chan(int) c = cr_chan_make(int), d = cr_chan_make(int);
  cr_chan_close(c);
  cr_select {
    cr_on_send(c, 1) {}
    cr_on_recv(d, NULL) {}
  }
}

static void close_it(cr_chan(int) c) {
  until(parked(RAW(c)) == 1);
  cr_chan_close(c);
}

static void closed_while_parked(void) {
  cr_chan(int) c = cr_chan_make(int), d = cr_chan_make(int);
  cr_go(close_it, c);
  cr_select {
    cr_on_send(c, 1) {}
    cr_on_recv(d, NULL) {}
  }
}

static void no_cases(void) {
  cr_select {}
}

static void only_nil(void) {
  cr_chan(int) nil = NULL;
  cr_select {
    cr_on_recv(nil, NULL) {}
    cr_on_send(nil, 1) {}
  }
}

static void deadlock(void) {
  cr_chan(int) c = cr_chan_make(int), d = cr_chan_make(int);
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_send(d, 1) {}
  }
}

// A debug build sees it. The sanitizer would first.
#if !defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
#define SEES_FREED
static void freed_channel(void) {
  cr_chan(int) c = cr_chan_make(int), d = cr_chan_make(int);
  cr_chan_free(c);
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_recv(d, NULL) {}
  }
}
#endif

static const struct child_case cases[] = {
#ifdef SEES_FREED
    {"freed", freed_channel, "fatal error: chan: use of a freed channel"},
#endif
    {"send_closed", send_closed, "panic: send on closed channel"},
    {"closed_while_parked", closed_while_parked, "panic: send on closed channel"},
    {"no_cases", no_cases, "goroutine 1 [select (no cases)"},
    {"only_nil", only_nil, "fatal error: all goroutines are asleep - deadlock!"},
    {"deadlock", deadlock, "goroutine 1 [select"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(the_default_runs_when_nothing_can),
      GO_TEST(the_ready_case_runs_alone),
      GO_TEST(a_closed_channel_can_always_be_received),
      GO_TEST(operands_are_evaluated_once_in_order),
      GO_TEST(values_of_any_size_are_sent),
      GO_TEST(it_is_a_statement),
      GO_TEST(it_nests),
      GO_TEST(the_choice_is_uniform),
      GO_TEST(hundreds_of_cases),
      GO_TEST(a_parked_select_is_in_both_queues_and_leaves_both),
      GO_TEST(a_parked_select_of_many),
      GO_TEST(small_ones_allocate_nothing),
      GO_TEST(one_channel_in_several_cases),
      GO_TEST(close_ends_every_parked_select),
      GO_TEST(two_that_select_on_both_ends),
      GO_TEST(many_selects_meet),
      GO_TEST(nobody_starves),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
