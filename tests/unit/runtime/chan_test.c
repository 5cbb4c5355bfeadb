// SPDX-License-Identifier: Apache-2.0
// chan_test.c: channels: what is sent is received, once, in order; close, nil, and every panic.
#include "sync_help.h"

#include <pthread.h>
#include <stdatomic.h>

#include "chan/hchan.h"

static struct cr_chan *raw(const void *c) { return *(struct cr_chan *const *)c; }
#define RAW(c) raw(&(c))

// parked counts the waiters of c on either side.
static int parked(struct cr_chan *c) {
  int n = 0;
  lock(&c->lock);
  if (!chan_is_valid(c)) n = -1000000;
  for (struct sudog *sg = c->recvq.first; sg; sg = sg->next) n++;
  for (struct sudog *sg = c->sendq.first; sg; sg = sg->next) n++;
  unlock(&c->lock);
  return n;
}

// ---- values ---------------------------------------------------------------------------------

static void send_range(cr_chan(int) c, int lo, int hi) {
  for (int i = lo; i < hi; i++) cr_chan_send(c, i);
}

static void order_is_kept_at_every_capacity(void) {
  for (int cap = 0; cap <= 7; cap++) {
    cr_chan(int) c = cr_chan_make(int, cap);
    check_eq(cr_chan_cap(c), cap);
    cr_go(send_range, c, 0, 500);
    for (int i = 0; i < 500; i++) {
      int v = -1;
      check(cr_chan_recv(c, &v));
      check_eq(v, i);
    }
    check_eq(cr_chan_len(c), 0);
    cr_chan_free(c);
  }
}

#define SIZES(X) X(1) X(2) X(3) X(4) X(7) X(8) X(9) X(15) X(16) X(17) X(24) X(32) X(33) X(100) X(5000)
#define DECLARE(n) struct s##n { unsigned char b[n]; };
SIZES(DECLARE)

static void fill(void *p, size_t n, unsigned seed) {
  for (size_t i = 0; i < n; i++) ((unsigned char *)p)[i] = (unsigned char)(seed * 31 + i * 7 + 1);
}

#define SENDER(n)                                                    \
  static void send_s##n(cr_chan(struct s##n) c) {                    \
    for (unsigned i = 0; i < 20; i++) {                              \
      struct s##n v;                                                 \
      fill(&v, n, i);                                                \
      cr_chan_send(c, v);                                            \
    }                                                                \
    cr_chan_close(c);                                                \
  }
SIZES(SENDER)

#define CHECK_SIZE(n)                                                \
  for (int cap = 0; cap < 4; cap++) {                                \
    cr_chan(struct s##n) c = cr_chan_make(struct s##n, cap);         \
    cr_go(send_s##n, c);                                             \
    struct { char before; struct s##n v; char after; } got = {'<', {{0}}, '>'}; \
    struct s##n want;                                                \
    for (unsigned i = 0; i < 20; i++) {                              \
      check(cr_chan_recv(c, &got.v));                          \
      fill(&want, n, i);                                             \
      check(memcmp(&got.v, &want, n) == 0);                         \
    }                                                                \
    check(!cr_chan_recv(c, &got.v));                           \
    memset(&want, 0, n);                                             \
    check(memcmp(&got.v, &want, n) == 0);                           \
    check(got.before == '<' && got.after == '>');              \
    cr_chan_free(c);                                                 \
  }

static void elements_of_every_size(void) {
  SIZES(CHECK_SIZE)
}

struct nothing {};

static void elements_of_size_zero(void) {
  cr_chan(struct nothing) c = cr_chan_make(struct nothing, 3);
  struct nothing v = {};
  for (int i = 0; i < 3; i++) check(cr_chan_try_send(c, v));
  check(!cr_chan_try_send(c, v));
  check_eq(cr_chan_len(c), 3);
  for (int i = 0; i < 3; i++) check(cr_chan_try_recv(c, &v));
  check(!cr_chan_try_recv(c, NULL));
  cr_chan_free(c);
}

static int twice(int x) { return 2 * x; }

static void elements_of_many_types(void) {
  cr_chan(int[3]) arrays = cr_chan_make(int[3], 1);
  int a[3] = {1, 2, 3}, b[3];
  cr_chan_send(arrays, a);
  check(cr_chan_recv(arrays, &b));
  check(memcmp(a, b, sizeof a) == 0);
  cr_chan_send(arrays, (const int[3]){4, 5, 6});
  cr_chan_recv(arrays, &b);
  check_eq(b[2], 6);

  cr_chan(int (*)(int)) functions = cr_chan_make(int (*)(int), 1);
  int (*f)(int) = NULL;
  cr_chan_send(functions, twice);
  cr_chan_recv(functions, &f);
  check_eq(f(21), 42);

  cr_chan(cr_chan(const char *)) channels = cr_chan_make(cr_chan(const char *), 1);
  cr_chan(const char *) inner = cr_chan_make(const char *, 1), got = NULL;
  cr_chan_send(channels, inner);
  cr_chan_recv(channels, &got);
  check(RAW(got) == RAW(inner));
  const char *text = NULL;
  cr_chan_send(got, "text");
  cr_chan_recv(inner, &text);
  check(strcmp(text, "text") == 0);

  cr_chan(double) doubles = cr_chan_make(double, 1);
  double d = 0;
  cr_chan_send(doubles, 3);
  cr_chan_recv(doubles, &d);
  check(d == 3.0);
  cr_chan_free(arrays);
  cr_chan_free(functions);
  cr_chan_free(channels);
  cr_chan_free(inner);
  cr_chan_free(doubles);
}

static void operands_are_evaluated_once(void) {
  cr_chan(int) c[2] = {cr_chan_make(int, 9), NULL};
  int i = 0, n = 0, v[2] = {0, 0};
  cr_chan_send(c[i++], ++n);
  check(i == 1 && n == 1);
  i = 0;
  check(cr_chan_try_send(c[i++], ++n));
  check(i == 1 && n == 2);
  i = n = 0;
  cr_chan_recv(c[i++], &v[n++]);
  check(i == 1 && n == 1 && v[0] == 1);
  i = 0;
  check(cr_chan_try_recv(c[i++], &v[n++]));
  check(i == 1 && n == 2 && v[1] == 2);
  i = 0;
  cr_chan_close(c[i++]);
  i = 0;
  cr_for_chan(int, x, c[i++]) check(x != x);
  check_eq(i, 1);
  cr_chan_free(c[0]);
}

static void for_chan_breaks_and_continues(void) {
  cr_chan(int) c = cr_chan_make(int, 10);
  for (int i = 0; i < 10; i++) cr_chan_send(c, i);
  int sum = 0;
  cr_for_chan(int, v, c) {
    if (v == 2) continue;
    if (v == 5) break;
    sum += v;
  }
  check_eq(sum, 0 + 1 + 3 + 4);
  check_eq(cr_chan_len(c), 4);
  cr_chan_close(c);
  cr_for_chan(int, v, c) sum += v;
  check_eq(sum, 8 + 6 + 7 + 8 + 9);
  cr_chan_free(c);
}

// ---- trying ---------------------------------------------------------------------------------

static void trying_never_waits(void) {
  int v = 7;
  bool ok = true;
  cr_chan(int) nil = NULL;
  check(!cr_chan_try_send(nil, 1));
  check(!cr_chan_try_recv(nil, &v));
  check(!cr_chan_try_recv_ok(nil, &v, &ok));
  check_eq(cr_chan_len(nil) + cr_chan_cap(nil), 0);
  for (int cap = 0; cap < 3; cap++) {
    cr_chan(int) c = cr_chan_make(int, cap);
    check(!cr_chan_try_recv(c, &v));
    check_eq(v, 7);
    for (int i = 0; i < cap; i++) check(cr_chan_try_send(c, i));
    check(!cr_chan_try_send(c, 99));
    check_eq(cr_chan_len(c), cap);
    cr_chan_close(c);
    for (int i = 0; i < cap; i++) {
      check(cr_chan_try_recv_ok(c, &v, &ok));
      check(ok && v == i);
    }
    v = 7;
    check(cr_chan_try_recv_ok(c, &v, &ok));
    check(!ok && v == 0);
    check(!cr_chan_try_recv(c, &v));
    v = 7;
    cr_chan_free(c);
  }
}

static void recv_into(cr_chan(int) c, int *v, cr_waitgroup *wg) {
  cr_chan_recv(c, v);
  cr_waitgroup_done(wg);
}

static void send_one(cr_chan(int) c, int v, cr_waitgroup *wg) {
  cr_chan_send(c, v);
  cr_waitgroup_done(wg);
}

static void trying_meets_who_is_parked(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_waitgroup wg = {0};
  int v = 0;
  cr_waitgroup_add(&wg, 1);
  cr_go(recv_into, c, &v, &wg);
  until(parked(RAW(c)) == 1);
  check(cr_chan_try_send(c, 5));
  cr_waitgroup_wait(&wg);
  check_eq(v, 5);
  cr_waitgroup_add(&wg, 1);
  cr_go(send_one, c, 6, &wg);
  until(parked(RAW(c)) == 1);
  check(cr_chan_try_recv(c, &v));
  check_eq(v, 6);
  cr_waitgroup_wait(&wg);
  cr_chan_free(c);
}

// ---- order of waiters -----------------------------------------------------------------------

static void receivers_and_senders_are_served_in_order(void) {
  enum { N = 20 };
  for (int cap = 0; cap < 2; cap++) {
    cr_chan(int) c = cr_chan_make(int, cap);
    cr_waitgroup wg = {0};
    int got[N];
    for (int i = 0; i < N; i++) {
      cr_waitgroup_add(&wg, 1);
      cr_go(recv_into, c, &got[i], &wg);
      until(parked(RAW(c)) == i + 1);
    }
    for (int i = 0; i < N; i++) cr_chan_send(c, i * 10);
    cr_waitgroup_wait(&wg);
    for (int i = 0; i < N; i++) check_eq(got[i], i * 10);

    for (int i = 0; i < cap; i++) cr_chan_send(c, -1);
    for (int i = 0; i < N; i++) {
      cr_waitgroup_add(&wg, 1);
      cr_go(send_one, c, i, &wg);
      until(parked(RAW(c)) == i + 1);
    }
    int v;
    for (int i = 0; i < cap; i++) cr_chan_recv(c, &v);
    for (int i = 0; i < N; i++) {
      cr_chan_recv(c, &v);
      check_eq(v, i);
    }
    cr_waitgroup_wait(&wg);
    cr_chan_free(c);
  }
}

// ---- close ----------------------------------------------------------------------------------

static void recv_ended(cr_chan(int) c, atomic_int *ended, cr_waitgroup *wg) {
  int v = 77;
  if (!cr_chan_recv(c, &v) && v == 0) atomic_fetch_add(ended, 1);
  cr_waitgroup_done(wg);
}

static void close_wakes_every_receiver(void) {
  enum { N = 100 };
  for (int cap = 0; cap < 2; cap++) {
    cr_chan(int) c = cr_chan_make(int, cap);
    cr_waitgroup wg = {0};
    atomic_int ended = 0;
    for (int i = 0; i < N; i++) {
      cr_waitgroup_add(&wg, 1);
      cr_go(recv_ended, c, &ended, &wg);
    }
    until(parked(RAW(c)) == N);
    cr_chan_close(c);
    cr_waitgroup_wait(&wg);
    check_eq(atomic_load(&ended), N);
    check(chan_is_valid(RAW(c)));
    cr_chan_free(c);
  }
}

// ---- foreign threads ------------------------------------------------------------------------

struct thread_arg {
  cr_chan(int) in, out;
};

static void *echo_thread(void *p) {
  struct thread_arg *a = p;
  cr_for_chan(int, v, a->in) cr_chan_send(a->out, v + 1);
  cr_chan_close(a->out);
  return NULL;
}

static void a_foreign_thread_takes_part(void) {
  for (int cap = 0; cap < 3; cap++) {
    struct thread_arg a = {cr_chan_make(int, cap), cr_chan_make(int, cap)};
    pthread_t t;
    check_eq(pthread_create(&t, NULL, echo_thread, &a), 0);
    cr_go(send_range, a.in, 0, 200);
    for (int i = 0; i < 200; i++) {
      int v;
      check(cr_chan_recv(a.out, &v));
      check_eq(v, i + 1);
    }
    cr_chan_close(a.in);
    check(!cr_chan_recv(a.out, NULL));
    pthread_join(t, NULL);
    cr_chan_free(a.in);
    cr_chan_free(a.out);
  }
}

// ---- stress ---------------------------------------------------------------------------------

static void produce(cr_chan(int) c, int id, int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) cr_chan_send(c, id * n + i);
  cr_waitgroup_done(wg);
}

static void consume(cr_chan(int) c, atomic_uchar *seen, atomic_int *bad, int n, cr_waitgroup *wg) {
  int last[16];
  memset(last, -1, sizeof last);
  cr_for_chan(int, v, c) {
    if (atomic_fetch_add(&seen[v], 1) != 0) atomic_fetch_add(bad, 1);  // twice
    if (v % n <= last[v / n]) atomic_fetch_add(bad, 1);                // a producer's order is lost
    last[v / n] = v % n;
  }
  cr_waitgroup_done(wg);
}

static void many_to_many(void) {
  enum { SENDERS = 16, RECEIVERS = 9, N = 1000 };
  static const int caps[] = {0, 1, 2, 16, 1000};
  static atomic_uchar seen[SENDERS * N];
  for (size_t k = 0; k < sizeof caps / sizeof *caps; k++) {
    cr_chan(int) c = cr_chan_make(int, caps[k]);
    cr_waitgroup senders = {0}, receivers = {0};
    atomic_int bad = 0;
    memset(seen, 0, sizeof seen);
    cr_waitgroup_add(&receivers, RECEIVERS);
    for (int i = 0; i < RECEIVERS; i++) cr_go(consume, c, seen, &bad, N, &receivers);
    cr_waitgroup_add(&senders, SENDERS);
    for (int i = 0; i < SENDERS; i++) cr_go(produce, c, i, N, &senders);
    cr_waitgroup_wait(&senders);
    cr_chan_close(c);
    cr_waitgroup_wait(&receivers);
    check_eq(atomic_load(&bad), 0);
    for (int i = 0; i < SENDERS * N; i++) check_eq(atomic_load(&seen[i]), 1);
    check(chan_is_valid(RAW(c)));
    cr_chan_free(c);
  }
}

// The receiver frees the channel as soon as it has what it wants, while the sender's call may still
// be on its way out.
static void freed_at_once(void) {
  cr_waitgroup wg = {0};
  for (int i = 0; i < 5000; i++) {
    cr_chan(int) c = cr_chan_make(int, i % 2);
    cr_waitgroup_add(&wg, 1);
    cr_go(send_one, c, i, &wg);
    int v;
    cr_chan_recv(c, &v);
    cr_chan_free(c);
    check_eq(v, i);
  }
  cr_waitgroup_wait(&wg);
}

// ---- what ends the process ------------------------------------------------------------------

static void send_closed(void) {
  cr_chan(int) c = cr_chan_make(int, 1);
  cr_chan_close(c);
  cr_chan_send(c, 1);
}

static void try_send_closed(void) {
  cr_chan(int) c = cr_chan_make(int, 1);
  cr_chan_close(c);
  cr_chan_try_send(c, 1);
}

static void close_it(cr_chan(int) c) {
  until(parked(RAW(c)) == 1);
  cr_chan_close(c);
}

static void closed_while_sending(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_go(close_it, c);
  cr_chan_send(c, 1);
}

static void close_closed(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_chan_close(c);
  cr_chan_close(c);
}

static void close_nil(void) {
  cr_chan(int) c = NULL;
  cr_chan_close(c);
}

static void make_negative(void) { cr_chan_make(int, -1); }
static void make_huge(void) { cr_chan_make(long[1000], INT64_MAX / 100); }

static void block_on(cr_chan(int) c) { cr_chan_recv(c, NULL); }

static void free_in_use(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_go(block_on, c);
  until(parked(RAW(c)) == 1);
  cr_chan_free(c);
}

static void recv_nil(void) { block_on(NULL); }
static void send_nil(void) { cr_chan_send((cr_chan(int))NULL, 1); }

static void range_nil(void) {
  cr_chan(int) c = NULL;
  cr_for_chan(int, v, c) {}
}

static const struct child_case cases[] = {
    {"send_closed", send_closed, "panic: send on closed channel"},
    {"try_send_closed", try_send_closed, "panic: send on closed channel"},
    {"closed_while_sending", closed_while_sending, "panic: send on closed channel"},
    {"close_closed", close_closed, "panic: close of closed channel"},
    {"close_nil", close_nil, "panic: close of nil channel"},
    {"make_negative", make_negative, "panic: makechan: size out of range"},
    {"make_huge", make_huge, "panic: makechan: size out of range"},
    {"free_in_use", free_in_use, "panic: free of channel with waiters"},
    {"recv_nil", recv_nil, "goroutine 1 [chan receive (nil chan)"},
    {"send_nil", send_nil, "goroutine 1 [chan send (nil chan)"},
    {"range_nil", range_nil, "fatal error: all goroutines are asleep - deadlock!"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(order_is_kept_at_every_capacity),
      GO_TEST(elements_of_every_size),
      GO_TEST(elements_of_size_zero),
      GO_TEST(elements_of_many_types),
      GO_TEST(operands_are_evaluated_once),
      GO_TEST(for_chan_breaks_and_continues),
      GO_TEST(trying_never_waits),
      GO_TEST(trying_meets_who_is_parked),
      GO_TEST(receivers_and_senders_are_served_in_order),
      GO_TEST(close_wakes_every_receiver),
      GO_TEST(a_foreign_thread_takes_part),
      GO_TEST(many_to_many),
      GO_TEST(freed_at_once),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
