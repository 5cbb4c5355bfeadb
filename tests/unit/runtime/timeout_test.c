// SPDX-License-Identifier: Apache-2.0
// timeout_test.c: channel operations with a time limit, cr_on_timeout, and selects built at run time.
#include "sync_help.h"

#include <stdatomic.h>

#include "chan/hchan.h"

static struct cr_chan *raw(const void *c) { return *(struct cr_chan *const *)c; }

static bool is_valid(struct cr_chan *c) {
  lock(&c->lock);
  bool ok = chan_is_valid(c) && !c->recvq.first && !c->sendq.first;
  unlock(&c->lock);
  return ok;
}
#define NOBODY_WAITS(c) is_valid(raw(&(c)))

static const int64_t limits[] = {INT64_MIN, -1, 0, 1, 50 * 1000};
enum { LIMITS = sizeof limits / sizeof *limits };

// ---- one operation ---------------------------------------------------------------------------

static void nobody_comes(void) {
  cr_chan(int) c = cr_chan_make(int), nil = NULL;
  for (int i = 0; i < LIMITS; i++) {
    int v = 7;
    bool ok = true;
    int64_t start = cr_nanotime();
    check(!cr_chan_recv_timeout(c, &v, limits[i]));
    check(limits[i] < 0 || cr_nanotime() >= start + limits[i]);
    check(!cr_chan_recv_timeout_ok(c, &v, &ok, limits[i]));
    check(!cr_chan_send_timeout(c, 1, limits[i]));
    check(!cr_chan_recv_timeout(nil, &v, limits[i]));
    check(!cr_chan_send_timeout(nil, 1, limits[i]));
    check(v == 7 && ok && NOBODY_WAITS(c));
  }
  cr_chan_free(c);
}

static void what_is_there_is_taken(void) {
  cr_chan(int) c = cr_chan_make(int, 1);
  for (int i = 0; i < LIMITS; i++) {
    int v = 0;
    bool ok = false;
    check(cr_chan_send_timeout(c, 5, limits[i]));
    check(cr_chan_recv_timeout(c, &v, limits[i]) && v == 5);
    cr_chan_send(c, 6);
    check(cr_chan_recv_timeout_ok(c, &v, &ok, limits[i]) && ok && v == 6);
  }
  cr_chan_close(c);
  int v = 9;
  bool ok = true;
  check(!cr_chan_recv_timeout(c, &v, CR_FOREVER) && v == 0);
  check(cr_chan_recv_timeout_ok(c, &v, &ok, CR_FOREVER) && !ok);
  cr_chan_free(c);
}

static void serve(cr_chan(int) in, cr_chan(int) out) {
  int v;
  while (cr_chan_recv(in, &v)) cr_chan_send(out, v + 1);
  cr_chan_close(out);
}

static void a_huge_limit_waits(void) {
  cr_chan(int) in = cr_chan_make(int), out = cr_chan_make(int);
  cr_go(serve, in, out);
  for (int i = 0; i < 100; i++) {
    int v;
    check(cr_chan_send_timeout(in, i, INT64_MAX - i));
    check(cr_chan_recv_timeout(out, &v, INT64_MAX - i) && v == i + 1);
  }
  cr_chan_close(in);
  bool ok = true;
  check(cr_chan_recv_timeout_ok(out, NULL, &ok, CR_HOUR) && !ok);
  cr_chan_free(in);
  cr_chan_free(out);
}

// Values and the end of the time meet: what one side says was handed over the other has got.
static atomic_int sent, received;

static void sends(cr_chan(int) c, cr_waitgroup *wg) {
  for (int i = 0; i < 2000; i++) sent += cr_chan_send_timeout(c, i, i % 5 * 700);
  cr_waitgroup_done(wg);
}

static void receives(cr_chan(int) c, cr_waitgroup *wg) {
  for (int i = 0; i < 2000; i++) received += cr_chan_recv_timeout(c, NULL, i % 7 * 500);
  cr_waitgroup_done(wg);
}

static void time_and_values_meet(void) {
  sent = received = 0;
  cr_chan(int) c = cr_chan_make(int);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 4; i++) {
    cr_go(sends, c, &wg);
    cr_go(receives, c, &wg);
  }
  cr_waitgroup_wait(&wg);
  check_eq(sent, received);
  check(NOBODY_WAITS(c));
  cr_chan_free(c);
}

// ---- in a select -----------------------------------------------------------------------------

static int which(cr_chan(int) a, cr_chan(int) b, int64_t ns) {
  int ran = 0;
  cr_select {
    cr_on_recv(a, NULL) { ran += 1; }
    cr_on_timeout(ns) { ran += 100; }
    cr_on_send(b, 1) { ran += 10; }
  }
  return ran;
}

static void the_select_ends_in_time(void) {
  cr_chan(int) a = cr_chan_make(int), b = cr_chan_make(int, 1), nil = NULL;
  for (int i = 0; i < LIMITS; i++) {
    check_eq(which(a, nil, limits[i]), 100);
    check_eq(which(nil, nil, limits[i]), 100);
    check_eq(which(a, b, limits[i]), 10);
    cr_chan_recv(b, NULL);
    int ran = 0;
    cr_select { cr_on_timeout(limits[i]) ran = 1; }
    check_eq(ran, 1);
    cr_select {
      cr_on_recv(a, NULL) { ran = 2; }
      cr_on_timeout(limits[i]) { ran = 3; }
      cr_on_default { ran = 4; }
    }
    check_eq(ran, 4);
  }
  cr_chan_close(a);
  check_eq(which(a, nil, CR_FOREVER), 1);
  check(NOBODY_WAITS(b));
  cr_chan_free(a);
  cr_chan_free(b);
}

static void a_timers_channel_is_a_case(void) {
  cr_chan(int) c = cr_chan_make(int);
  for (int i = 0; i < 50; i++) {
    cr_timer *t = cr_timer_new(i % 2 ? CR_HOUR : 1000);
    int ran = 0;
    cr_select {
      cr_on_recv(cr_timer_chan(t), NULL) { ran = 1; }
      cr_on_recv(c, NULL) { ran = 2; }
      cr_on_timeout(i % 2 ? 1000 : CR_HOUR) { ran = 3; }
    }
    check_eq(ran, i % 2 ? 3 : 1);
    cr_timer_free(t);
  }
  cr_chan_free(c);
}

// ---- built at run time -----------------------------------------------------------------------

static void cases_of_an_array(void) {
  enum { N = 100 };
  cr_chan(int) c[N];
  cr_select_case cases[N];
  int v = 0, to_send = 42, seen[N] = {0};
  bool ok = false;
  for (int i = 0; i < N; i++) {
    c[i] = i % 10 ? cr_chan_make(int, 1) : NULL;
    cases[i] = cr_case_recv_ok(c[i], &v, &ok);
  }
  check_eq(cr_select_cases(cases, N, 0), -1);
  check_eq(cr_select_cases(cases, N, 1000), -1);
  check_eq(cr_select_cases(NULL, 0, 1000), -1);
  for (int i = 0; i < N; i++)
    if (c[i]) cr_chan_send(c[i], i + 1000);
  for (int left = N - N / 10; left > 0; left--) {
    int i = cr_select_cases(cases, N, CR_FOREVER);
    check(ok && v == i + 1000 && !seen[i]);
    seen[i] = 1;
  }
  check_eq(cr_select_cases(cases, N, -1), -1);
  cases[3] = cr_case_send(c[3], &to_send);
  check_eq(cr_select_cases(cases, N, CR_HOUR), 3);
  check(cr_chan_recv(c[3], &v) && v == 42);
  for (int i = 0; i < N; i++) cr_chan_free(c[i]);
}

enum { MANY = 65536 };
static cr_chan(int) many[MANY];
static cr_select_case many_cases[MANY];

static void feeds(cr_chan(int) go_on) {
  for (int i = 0, at; cr_chan_recv(go_on, &at); i++) cr_chan_send(many[at], i);
}

static void sixty_five_thousand_cases(void) {
  cr_chan(int) go_on = cr_chan_make(int);
  int v;
  for (int i = 0; i < MANY; i++) {
    many[i] = cr_chan_make(int);
    many_cases[i] = cr_case_recv(many[i], &v);
  }
  cr_go(feeds, go_on);
  for (int i = 0; i < 20; i++) {
    int at = i * 3449 % MANY;
    cr_chan_send(go_on, at);
    check_eq(cr_select_cases(many_cases, MANY, CR_FOREVER), at);
    check_eq(v, i);
  }
  cr_chan_close(go_on);
  check_eq(cr_select_cases(many_cases, MANY, 1), -1);
  for (int i = 0; i < MANY; i++) {
    check(NOBODY_WAITS(many[i]));
    cr_chan_free(many[i]);
  }
  cr_chan_free(go_on);
}

// ---- what ends the process -------------------------------------------------------------------

static void sends_on_closed(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_chan_close(c);
  cr_chan_send_timeout(c, 1, 0);
}

static void closes(cr_chan(int) c) {
  until(waitq_peek(&raw(&c)->sendq));
  cr_chan_close(c);
}

static void closed_while_it_waits(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_go(closes, c);
  cr_chan_send_timeout(c, 1, CR_HOUR);
}

static void waits_for_ever(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_chan_recv_timeout(c, NULL, CR_FOREVER);
}

static const struct child_case cases[] = {
    {"send_closed", sends_on_closed, "panic: send on closed channel"},
    {"closed_while_parked", closed_while_it_waits, "panic: send on closed channel"},
    {"forever", waits_for_ever, "goroutine 1 [chan receive"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(nobody_comes), GO_TEST(what_is_there_is_taken), GO_TEST(a_huge_limit_waits),
      GO_TEST(time_and_values_meet), GO_TEST(the_select_ends_in_time), GO_TEST(a_timers_channel_is_a_case),
      GO_TEST(cases_of_an_array), GO_TEST(sixty_five_thousand_cases), GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
