// SPDX-License-Identifier: Apache-2.0
// go_opts.c: a goroutine has the stack and the labels that it was started with, whatever its arguments are.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static waitgroup wg;
static int calls, evaluated;

#define CHECK(cond)                                            \
  do {                                                         \
    if (!(cond)) {                                             \
      fprintf(stderr, "line %d: not true: %s\n", __LINE__, #cond); \
      _Exit(1);                                                \
    }                                                          \
  } while (0)

// RUN_IN starts the goroutine and waits for it.
#define RUN_IN(group, opts, ...)  \
  do {                            \
    wg_add(group, 1);             \
    go_with(opts, __VA_ARGS__);   \
    wg_wait(group);               \
  } while (0)
#define RUN(...) RUN_IN(&wg, __VA_ARGS__)

static void done(void) {
  calls++;
  wg_done(&wg);
}

static bool has(const char *key, const char *value) {
  const char *got = cr_get_label(key);
  return got && value ? strcmp(got, value) == 0 : got == value;
}

struct large { char text[400]; };

static void nothing(void) { done(); }
static void mixed(int a, struct large b, double c, const char *d) {
  CHECK(a == 1 && strcmp(b.text, "big") == 0 && c == 2.5 && strcmp(d, "d") == 0);
  done();
}
static void variadic(int n, ...) {
  va_list ap;
  va_start(ap, n);
  CHECK(va_arg(ap, double) == 3.5 && va_arg(ap, int) == n);
  va_end(ap);
  done();
}

// uses touches every page of so many bytes of stack.
static __attribute__((noinline)) void uses(size_t bytes) {
  volatile char *p = __builtin_alloca(bytes);
  for (size_t i = bytes; i > 0; i -= i < 4096 ? i : 4096) p[i - 1] = 1;
}
static void deep(size_t bytes) {
  uses(bytes);
  done();
}

static void labelled(waitgroup *group, const char *job, const char *tenant) {
  CHECK(has("job", job) && has("tenant", tenant));
  calls++;
  wg_done(group);
}
static void child_replaces(void) {
  waitgroup inner = {0};
  CHECK(has("job", "42") && has("tenant", "t"));
  RUN_IN(&inner, go_opts(.labels = {{"job", "43"}}), labelled, &inner, "43", "t");
  CHECK(has("job", "42"));
  RUN_IN(&inner, NULL, labelled, &inner, "42", "t");
  RUN_IN(&inner, go_opts(.labels = {{"job", NULL}}), labelled, &inner, NULL, "t");
  RUN_IN(&inner, go_opts(.labels = {{"job", "1"}, {"tenant", "u"}, {"job", "2"}}), labelled, &inner, "2", "u");
  cr_set_label("job", NULL);
  CHECK(has("job", NULL) && has("tenant", "t"));
  cr_set_label("job", "a longer value than before");
  RUN_IN(&inner, NULL, labelled, &inner, "a longer value than before", "t");
  done();
}

static const cr_go_opts *chosen(const cr_go_opts *o) {
  evaluated++;
  return o;
}

int main(void) {
  struct large big = {"big"};
  char job[] = "42";
  cr_go_opts kept = {.name = "kept", .stack = 200 * 1024, .labels = {{"job", job}}};
  RUN(NULL, nothing);
  RUN(go_opts(.name = "n"), mixed, 1, big, 2.5, "d");
  RUN((&(cr_go_opts){.name = "literal", .stack = 1 << 20}), variadic, 7, 3.5, 7);
  RUN(chosen(&kept), nothing);
  CHECK(evaluated == 1);
  RUN(go_opts(.stack = 1 << 20), deep, (size_t)900 * 1024);
  RUN(go_opts(.stack = 300 << 20), deep, (size_t)299 << 20);
  wg_add(&wg, 1);
  cr_go_with(&kept, labelled, &wg, "42", NULL);
  strcpy(job, "--");  // it was copied
  wg_wait(&wg);
  RUN(go_opts(.labels = {{"job", "42"}, {"tenant", "t"}}), child_replaces);
  RUN(NULL, labelled, &wg, NULL, NULL);
  for (int i = 0; i < 1000; i++) RUN(go_opts(.labels = {{"job", "7"}}), labelled, &wg, "7", NULL);
  CHECK(calls == 7 + 6 + 1 + 1000);
  return 0;
}
