// SPDX-License-Identifier: Apache-2.0
// sync_help.h: what the tests of channels and locks share: the test program as its own child.
//
// cmocka keeps its state in thread-locals, which a goroutine loses when it moves to another thread. So
// cmocka runs on a thread of its own, and each test's body in a goroutine; check ends the process.
//
// A panic, a fatal error and a deadlock end the process, so each is seen in a child: this program
// again, with the case's name as its argument. The same way the whole test runs again with other
// numbers of Ps.
#ifndef CRUN_TESTS_SYNC_HELP_H
#define CRUN_TESTS_SYNC_HELP_H

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crun/crun.h"

extern char **environ;

struct child_case {
  const char *name;
  void (*run)(void);
  const char *text;  // what stderr has to contain
};

// run_self runs this program with one argument and its stderr in text. Returns its exit code.
static int run_self(const char *arg, char *text, size_t size) {
  int p[2];
  if (pipe2(p, O_CLOEXEC) != 0) return -1;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, p[1], 2);
  pid_t pid;
  char *argv[] = {"child", (char *)arg, NULL};
  int err = posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&files);
  close(p[1]);
  if (err != 0) return -1;
  size_t n = 0;
  char drop[256];
  for (ssize_t got; (got = n + 1 < size ? read(p[0], text + n, size - 1 - n) : read(p[0], drop, sizeof drop)) > 0;)
    if (n + 1 < size) n += (size_t)got;
  text[n] = 0;
  close(p[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define check(cond)                                                              \
  do {                                                                           \
    if (!(cond)) {                                                               \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);       \
      _exit(1);                                                                  \
    }                                                                            \
  } while (0)

#define check_eq(a, b)                                                                                  \
  do {                                                                                                  \
    long long a_ = (long long)(a), b_ = (long long)(b);                                                 \
    if (a_ != b_) {                                                                                     \
      fprintf(stderr, "%s:%d: %s is %lld, %s is %lld\n", __FILE__, __LINE__, #a, a_, #b, b_);           \
      _exit(1);                                                                                         \
    }                                                                                                   \
  } while (0)

// until waits for something that other goroutines bring about.
#define until(cond)             \
  do {                          \
    while (!(cond)) cr_yield(); \
  } while (0)

// check_child runs case k in a child: it must end with code 2 and say k->text.
__attribute__((unused)) static void check_child(const struct child_case *k) {
  static char text[1 << 16];
  int code = run_self(k->name, text, sizeof text);
  if (code != 2 || !strstr(text, k->text)) fprintf(stderr, "case %s: code %d, stderr: %s\n", k->name, code, text);
  check_eq(code, 2);
  check(strstr(text, k->text));
}

static void body(void (*fn)(void), cr_waitgroup *wg) {
  fn();
  cr_waitgroup_done(wg);
}

__attribute__((unused)) static void in_goroutine(void **state) {
  union { void *p; void (*fn)(void); } u = {*state};
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(body, u.fn, &wg);
  cr_waitgroup_wait(&wg);
}

#define GO_TEST(fn) {#fn, in_goroutine, NULL, NULL, (void *)fn}

static void *run_thread(void *tests) {
  union { void *p; int (*fn)(void); } u = {tests};
  return (void *)(intptr_t)u.fn();
}

__attribute__((unused)) static int run_on_thread(int (*tests)(void)) {
  union { int (*fn)(void); void *p; } u = {tests};
  pthread_t t;
  void *failed = (void *)1;
  if (pthread_create(&t, NULL, run_thread, u.p) == 0) pthread_join(t, &failed);
  return (int)(intptr_t)failed;
}

// run_everywhere runs tests here and, unless this is a child, again with other numbers of Ps.
__attribute__((unused)) static int run_everywhere(int argc, char **argv, const struct child_case *cases, size_t ncases, int (*tests)(void)) {
  if (argc > 1) {
    for (size_t i = 0; i < ncases; i++)
      if (strcmp(argv[1], cases[i].name) == 0) cases[i].run();
    if (strcmp(argv[1], "all") == 0) return run_on_thread(tests);
    return 0;  // a case that comes back has failed to end the process
  }
  int failed = run_on_thread(tests);
  static const char *const procs[] = {"1", "2", "4", "16"};
  static char text[1 << 16];
  for (size_t i = 0; i < sizeof procs / sizeof *procs; i++) {
    setenv("CRUNMAXPROCS", procs[i], 1);
    if (run_self("all", text, sizeof text) == 0) continue;
    fprintf(stderr, "with CRUNMAXPROCS=%s:\n%s", procs[i], text);
    failed++;
  }
  return failed;
}

#endif
