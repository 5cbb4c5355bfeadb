// SPDX-License-Identifier: Apache-2.0
// chan_types.c: channels of many types, through functions and structs, with the short names.
#include <crun/short.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); exit(1); } } while (0)

typedef float v4 __attribute__((vector_size(16)));
typedef struct { double re, im; } pair;
struct large { char b[400]; };
enum color { RED, GREEN };

struct holder {
  chan(int) a;
  chan(struct large) b;
  chan(chan(int)) c;
  chan(struct holder *) self;
};

static int object;
static void *const some_address = &object;
static int twice(int x) { return 2 * x; }
static chan(long) make_longs(size_t n) { return chan_make(long, (long long)n); }

static void relay(chan(struct large) in, chan(struct large) out, waitgroup *wg) {
  for_chan (struct large, v, in) {
    v.b[0]++;
    chan_send(out, v);
  }
  chan_close(out);
  wg_done(wg);
}

#define ROUND_TRIP(T, value, same)          \
  do {                                      \
    chan(T) rt = chan_make(T, 1);           \
    __typeof__(T) sent = value, got;        \
    memset((void *)&got, 0xa5, sizeof got);\
    chan_send(rt, sent);                    \
    CHECK(chan_recv(rt, &got) && (same));   \
    select {                                \
      on_send (rt, sent) {}                 \
    }                                       \
    memset((void *)&got, 0xa5, sizeof got);\
    select {                                \
      on_recv (rt, &got) { CHECK(same); }   \
    }                                       \
    chan_free(rt);                          \
  } while (0)

struct pair {
  int a, b;
};

static void *sum(struct pair *p) { return (void *)(intptr_t)(p->a + p->b); }
static int difference(struct pair *p) { return p->a - p->b; }

// compound_literals: what is in them need not be constant.
static void compound_literals(int a, int b) {
  chan(struct pair) c = chan_make(struct pair, 4);
  struct pair got;
  chan_send(c, ((struct pair){a, b}));
  chan_try_send(c, (struct pair){.b = a, .a = b});
  chan_send_timeout(c, ((struct pair){a, a}), 1);
  select {
    on_send(c, ((struct pair){b, b})) {}
  }
  CHECK(chan_recv(c, &got) && got.a == a && got.b == b);
  CHECK(chan_recv(c, &got) && got.a == b && got.b == a);
  CHECK(chan_recv(c, &got) && got.a == a && got.b == a);
  CHECK(chan_recv(c, &got) && got.a == b && got.b == b);
  future *f = async(sum, (&(struct pair){a, 2 * a}));
  CHECK((intptr_t)await(f) == 3 * a);
  future_free(f);
  errgroup group = {0};
  errgroup_go(&group, difference, (&(struct pair){3 * a, a}));
  CHECK(errgroup_wait(&group) == 2 * a);
}

int main(void) {
  ROUND_TRIP(int, -7, got == sent);
  ROUND_TRIP(_Bool, 1, got == sent);
  ROUND_TRIP(char, 'x', got == sent);
  ROUND_TRIP(unsigned short, 65535, got == sent);
  ROUND_TRIP(long long, -(1LL << 60), got == sent);
  ROUND_TRIP(float, 1.5f, got == sent);
  ROUND_TRIP(double, 2.5, got == sent);
  ROUND_TRIP(long double, 3.5L, got == sent);
  ROUND_TRIP(__int128, (__int128)1 << 100, got == sent);
  ROUND_TRIP(enum color, GREEN, got == sent);
  ROUND_TRIP(_Complex double, 1.0, got == sent);
  ROUND_TRIP(v4, ((v4){1, 2, 3, 4}), memcmp(&got, &sent, sizeof got) == 0);
  ROUND_TRIP(pair, ((pair){1, 2}), got.im == 2);
  ROUND_TRIP(struct large, ((struct large){"text"}), memcmp(&got, &sent, sizeof got) == 0);
  ROUND_TRIP(const char *, "text", got == sent);
  ROUND_TRIP(void *, some_address, got == sent);

  chan(int (*)(int)) fs = chan_make(int (*)(int), 1);
  int (*f)(int);
  chan_send(fs, twice);
  CHECK(chan_recv(fs, &f) && f(4) == 8);

  chan(int (*)[3]) rows = chan_make(int (*)[3], 1);
  int m[2][3] = {{1, 2, 3}, {4, 5, 6}}, (*row)[3];
  chan_send(rows, &m[1]);
  CHECK(chan_recv(rows, &row) && (*row)[2] == 6);

  chan(char[8]) names = chan_make(char[8], 1);
  char name[8] = "crun";
  chan_send(names, name);
  chan_recv(names, &name);
  CHECK(strcmp(name, "crun") == 0);

  struct holder h = {chan_make(int, 1), chan_make(struct large), chan_make(chan(int), 1), chan_make(struct holder *, 1)};
  chan_send(h.c, h.a);
  chan_send(h.self, &h);
  chan(int) a;
  struct holder *self;
  CHECK(chan_recv(h.c, &a) && chan_recv(h.self, &self) && self == &h);
  chan_send(a, 5);
  int got;
  CHECK(chan_recv(self->a, &got) && got == 5);

  chan(struct large) out = chan_make(struct large);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(relay, h.b, out, &wg);
  struct large v = {"A"};
  chan_send(h.b, v);
  CHECK(chan_recv(out, &v) && v.b[0] == 'B');
  chan_close(h.b);
  CHECK(!chan_recv(out, &v) && v.b[0] == 0);
  wg_wait(&wg);

  chan(long) longs = make_longs(4);
  CHECK(chan_cap(longs) == 4 && chan_len(longs) == 0);
  chan_send(longs, got);
  CHECK(chan_len(longs) == 1);
  compound_literals(got, -got);
  return 0;
}
