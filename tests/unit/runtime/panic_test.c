// SPDX-License-Identifier: Apache-2.0
// panic_test.c: deferred calls, recovering, cr_goexit: what runs, in which order, and on whose behalf.
#include "sync_help.h"

#include <stdatomic.h>

static char log_[256];
static void note(const char *what) { strcat(log_, what); }
static void note_int(int n) { snprintf(log_ + strlen(log_), 16, "%d", n); }
static void note_plain(void) { note("p"); }

#define expect(text)                                                               \
  do {                                                                             \
    if (strcmp(log_, text)) fprintf(stderr, "log: %s, not %s\n", log_, text);      \
    check(!strcmp(log_, text));                                                    \
    log_[0] = 0;                                                                   \
  } while (0)

// ---- scopes ----------------------------------------------------------------------------------

static int returns_from_the_middle(int how) {
  cr_defer(note, "a");
  for (int i = 0; i < 3; i++) {
    cr_defer(note_int, i);
    if (how == 1 && i == 1) break;
    if (how == 2 && i == 1) return 7;
    if (how == 3 && i == 1) goto out;
    if (how == 4) continue;
    note(".");
  }
  {
    cr_defer(note_plain);
    note("b");
  }
  return 1;
out:
  note("c");
  return 2;
}

static void every_way_out_of_a_scope(void) {
  returns_from_the_middle(0);
  expect(".0.1.2bpa");
  returns_from_the_middle(1);
  expect(".01bpa");
  check_eq(returns_from_the_middle(2), 7);
  expect(".01a");
  returns_from_the_middle(3);
  expect(".01ca");
  returns_from_the_middle(4);
  expect("012bpa");
}

static void the_argument_is_evaluated_once_and_now(void) {
  int n = 1;
  {
    cr_defer(note_int, n++);
    check_eq(n, 2);
    cr_defer(note_int, n);
    n = 9;
  }
  expect("21");
}

static void locks_and_channels(void) {
  cr_mutex mu = {0};
  cr_chan(int) c = cr_chan_make(int, 1);
  {
    cr_mutex_lock(&mu);
    cr_defer(cr_mutex_unlock, &mu);
    cr_defer_close(c);
    check(!cr_mutex_trylock(&mu));
  }
  check(cr_mutex_trylock(&mu));
  cr_mutex_unlock(&mu);
  check(!cr_chan_recv(c, NULL));
  cr_chan_free(c);
}

// ---- recovering ------------------------------------------------------------------------------

static void deep(int n) {
  cr_defer(note_int, n);
  if (n == 0) cr_panic("at %s", "the bottom");
  if (n > 0) deep(n - 1);
}

static void a_panic_is_recovered(void) {
  volatile int after = 0;
  cr_try {
    deep(4);
    note("never");
  }
  cr_recover(text) {
    check(!strcmp(text, "at the bottom"));
    after++;
  }
  check_eq(after, 1);
  expect("01234");
  cr_try { note("fine"); }
  cr_recover(text) { note(text); }
  expect("fine");
  cr_try deep(1);
  expect("01");
}

static int leaves(int how) {
  for (int i = 0; i < 2; i++) {
    cr_try {
      if (how == 0) return 10;
      if (how == 1) break;
      if (how == 2) continue;
      if (how == 3) goto out;
      cr_panic("x");
    }
    cr_recover(text) {
      if (how == 4) return 14;
      if (how == 5) break;
      if (how == 6) goto out;
    }
    note_int(i);
  }
  return 1;
out:
  return 2;
}

static void every_way_out_of_a_try(void) {
  check(leaves(0) == 10 && leaves(3) == 2 && leaves(4) == 14 && leaves(6) == 2);
  expect("");
  check_eq(leaves(1), 1);
  expect("01");
  check_eq(leaves(2), 1);
  expect("01");
  check_eq(leaves(5), 1);
  expect("01");
  volatile int after = 0;  // the lists are whole: a panic finds the right try
  cr_try { cr_panic("last"); }
  cr_recover(text) { after = !strcmp(text, "last"); }
  check_eq(after, 1);
}

static void inner(void) {
  cr_try { cr_panic("inner"); }
  cr_recover(text) {
    note(text);
    cr_try { cr_panic("in the handler"); }
    cr_recover(again) { note(again); }
    cr_panic("%s, again", text);
  }
}

static void they_nest(void) {
  cr_try { inner(); }
  cr_recover(text) { note(text); }
  expect("innerin the handlerinner, again");
}

static void panics_too(const char *text) { cr_panic("%s", text); }

static void recovers_inside(const char *text) {
  cr_try { cr_panic("%s", text); }
  cr_recover(got) { note(got); }
}

static void a_deferred_call_may_panic(void) {
  cr_try {
    cr_defer(note, "z");
    cr_defer(panics_too, "second");
    cr_defer(recovers_inside, "aside ");
    cr_panic("first");
  }
  cr_recover(text) { note(text); }
  expect("aside zsecond");
  cr_try {
    cr_defer(panics_too, "at the end");
  }
  cr_recover(text) { note(text); }
  expect("at the end");
}

static void the_runtimes_own_panics(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_chan(char[200]) big = cr_chan_make(char[200]);
  cr_waitgroup wg = {0};
  char bytes[200] = {0};
  cr_chan_close(c);
  cr_chan_close(big);
  cr_try { cr_chan_send(c, 1); } cr_recover(text) { note(text); }
  expect("send on closed channel");
  cr_try { cr_chan_try_send(c, 1); } cr_recover(text) { note(text); }
  expect("send on closed channel");
  cr_try { cr_chan_send_timeout(c, 1, 5); } cr_recover(text) { note(text); }
  expect("send on closed channel");
  cr_try {
    cr_select {
      cr_on_send(big, bytes) {}
    }
  } cr_recover(text) { note(text); }
  expect("send on closed channel");
  cr_try {
    cr_select {
      for (int i = 0; i < 100; i++) cr_on_send(big, bytes) {}
    }
  } cr_recover(text) { note(text); }
  expect("send on closed channel");
  cr_try { cr_chan_close(c); } cr_recover(text) { note(text); }
  expect("close of closed channel");
  cr_try { cr_chan_close((cr_chan(int))NULL); } cr_recover(text) { note(text); }
  expect("close of nil channel");
  cr_try { cr_waitgroup_done(&wg); } cr_recover(text) { note(text); }
  expect("sync: negative WaitGroup counter");
  cr_try { cr_ticker_new(0); } cr_recover(text) { note(text); }
  expect("non-positive interval for NewTicker");
  cr_yield();  // the runtime is as it was
  cr_chan_free(c);
  cr_chan_free(big);
}

static void sends_while_it_is_closed(cr_chan(int) c, cr_chan(int) done) {
  volatile int recovered = 0;
  cr_try { cr_chan_send(c, 1); }
  cr_recover(text) { recovered = !strcmp(text, "send on closed channel"); }
  cr_chan_send(done, recovered);
}

static void closed_under_parked_senders(void) {
  for (int round = 0; round < 50; round++) {
    cr_chan(int) c = cr_chan_make(int), done = cr_chan_make(int);
    for (int i = 0; i < 4; i++) cr_go(sends_while_it_is_closed, c, done);
    if (round % 2) cr_yield();
    cr_chan_close(c);
    for (int i = 0, v; i < 4; i++) check(cr_chan_recv(done, &v) && v);
    cr_chan_free(c);
    cr_chan_free(done);
  }
}

static void parks_on_the_way(cr_chan(int) c) { cr_chan_recv(c, NULL); }

static int panic_with(int i) {
  cr_try {
    cr_defer(cr_yield);
    cr_yield();
    cr_panic("%d", i);
  }
  cr_recover(text) return atoi(text);
  return -1;
}

static void migrates(cr_chan(int) c, cr_waitgroup *wg) {
  for (int i = 0; i < 200; i++) check_eq(panic_with(i), i);
  cr_chan_send(c, 1);
  cr_waitgroup_done(wg);
}

static void many_goroutines_recover(void) {
  cr_chan(int) c = cr_chan_make(int, 8);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 8; i++) cr_go(migrates, c, &wg);
  cr_waitgroup_wait(&wg);
  {
    cr_defer(parks_on_the_way, c);  // a deferred call may park
  }
  cr_chan_free(c);
}

// ---- goexit ----------------------------------------------------------------------------------

static void exits(cr_chan(int) done) {
  cr_defer_close(done);
  cr_defer(note, "2");
  cr_try {
    cr_defer(recovers_inside, "1");
    cr_goexit();
  }
  cr_recover(text) { note("never"); }
  note("never");
}

static void goexit_runs_what_is_deferred(void) {
  cr_chan(int) done = cr_chan_make(int);
  cr_go(exits, done);
  check(!cr_chan_recv(done, NULL));
  expect("12");
  cr_chan_free(done);
}

static cr_once once;
static int once_calls;
static void panics_once(void) {
  once_calls++;
  cr_panic("once");
}

static void exits_once(void) {
  once_calls++;
  cr_goexit();
}

static void calls_once(cr_once *o, cr_chan(int) done) {
  cr_defer_close(done);
  cr_once_do(o, exits_once);
}

static void once_is_done_by_a_panic(void) {
  cr_try { cr_once_do(&once, panics_once); }
  cr_recover(text) { note(text); }
  expect("once");
  cr_once_do(&once, panics_once);
  check_eq(once_calls, 1);
  cr_once other = {0};
  cr_chan(int) done = cr_chan_make(int);
  cr_go(calls_once, &other, done);
  check(!cr_chan_recv(done, NULL));
  cr_once_do(&other, exits_once);
  check_eq(once_calls, 2);
  cr_chan_free(done);
}

static void *on_a_thread(void *arg) {
  cr_try { deep(2); }
  cr_recover(text) { note(text); }
  return NULL;
}

static void foreign_threads_recover(void) {
  pthread_t t;
  check(pthread_create(&t, NULL, on_a_thread, NULL) == 0);
  pthread_join(t, NULL);
  expect("012at the bottom");
}

// ---- what ends the process -------------------------------------------------------------------

static void say(const char *text) { fprintf(stderr, "%s\n", text); }

static void deferred_first(void) {
  cr_defer(say, "deferred");
  cr_panic("plain");
}

static void nested(void) {
  cr_defer(panics_too, "two");
  cr_panic("one");
}

static void in_handler(void) {
  cr_try { cr_panic("one"); }
  cr_recover(text) { cr_panic("two"); }
}

static void again(void) {
  cr_try { cr_panic("one"); }
  cr_recover(text) { cr_panic("%s", text); }
}

static void after_handler(void) {
  cr_try { cr_panic("one"); }
  cr_recover(text) {}
  cr_panic("two");
}

static void in_goexit(void) {
  cr_try {
    cr_defer(panics_too, "late");
    cr_goexit();
  }
}

static void unlock_twice(void) {
  cr_mutex mu = {0};
  cr_try { cr_mutex_unlock(&mu); }
}

static const struct child_case cases[] = {
    {"deferred_first", deferred_first, "deferred\npanic: plain\n\ngoroutine 1 [running]:\ncr_panic(...)"},
    {"nested", nested, "panic: one\n\tpanic: two\n\n"},
    {"in_handler", in_handler, "panic: one [recovered]\n\tpanic: two\n\n"},
    {"again", again, "panic: one [recovered, repanicked]\n\n"},
    {"after_handler", after_handler, "panic: two\n\n"},
    {"in_goexit", in_goexit, "panic: late\n\n"},
    {"unlock_twice", unlock_twice, "fatal error: sync: unlock of unlocked mutex"},
};

static void unrecovered_ones_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(every_way_out_of_a_scope), GO_TEST(the_argument_is_evaluated_once_and_now),
      GO_TEST(locks_and_channels), GO_TEST(a_panic_is_recovered), GO_TEST(every_way_out_of_a_try),
      GO_TEST(they_nest), GO_TEST(a_deferred_call_may_panic), GO_TEST(the_runtimes_own_panics),
      GO_TEST(closed_under_parked_senders), GO_TEST(many_goroutines_recover),
      GO_TEST(goexit_runs_what_is_deferred), GO_TEST(once_is_done_by_a_panic), GO_TEST(foreign_threads_recover),
      GO_TEST(unrecovered_ones_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
