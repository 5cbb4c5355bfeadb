// SPDX-License-Identifier: Apache-2.0
// init_test.c: fork: the child's tables are whole whatever the other threads were doing, and what they
// did is the past.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "clock.h"
#include "init.h"

static _Atomic int told, running;
static _Atomic bool stop;
static int cell, shared[256];
static pthread_mutex_t locks[16];

void report_race(const struct race_report *r) {
  (void)r;
  told++;
}

static void write_to(int *p) { access_check(race_cur, (uintptr_t)p, sizeof *p, ACCESS_WRITE, (uintptr_t)__builtin_return_address(0)); }

// hammer keeps every lock of race/ busy until told to stop.
static void *hammer(void *arg) {
  running++;
  for (unsigned i = 0; !stop; i++) {
    pthread_mutex_t *m = &locks[i % 16];
    pthread_mutex_lock(m);
    write_to(&shared[i % 256]);
    pthread_mutex_unlock(m);
    syncvar_forget((uintptr_t)arg, 1);
    g_release(race_cur, (uintptr_t)arg);
  }
  return arg;
}

static void *one_lock(void *m) {
  pthread_mutex_lock(m);
  write_to(&cell);
  pthread_mutex_unlock(m);
  return NULL;
}

static int status_of(pid_t pid) {
  int status;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void a_child_goes_on_whatever_the_others_did(void **state) {
  (void)state;
  static char address[2];
  pthread_t t[2], u;
  stop = false;
  for (int i = 0; i < 2; i++) pthread_create(&t[i], NULL, hammer, &address[i]);
  while (running < 2) sched_yield();
  for (int i = 0; i < 60; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      alarm(30);  // a lock left held would hang
      pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
      if (pthread_create(&u, NULL, one_lock, &m) != 0) _exit(1);
      one_lock(&m);
      pthread_join(u, NULL);
      for (int k = 0; k < 256; k++) write_to(&shared[k]);
      _exit(told ? 2 : 0);
    }
    assert_int_equal(status_of(pid), 0);
  }
  stop = true;
  for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
}

static void *writes(void *arg) {
  write_to(arg);
  running = 100;
  while (!stop) sched_yield();
  return NULL;
}

static void what_others_did_before_a_fork_is_ordered_in_the_child(void **state) {
  (void)state;
  stop = false;
  running = 0;
  told = 0;
  pthread_t t;
  static int x;
  pthread_create(&t, NULL, writes, &x);
  while (running < 100) sched_yield();
  pid_t pid = fork();
  if (pid == 0) {
    write_to(&x);
    _exit(told);
  }
  assert_int_equal(status_of(pid), 0);
  write_to(&x);  // the parent still has the thread
  assert_int_equal(told, 1);
  stop = true;
  pthread_join(t, NULL);
}

// What the child's own threads do is checked as ever.
static void the_child_is_checked(void **state) {
  (void)state;
  stop = false;
  running = 0;
  told = 0;
  pid_t pid = fork();
  if (pid == 0) {
    pthread_t t;
    static int y;
    pthread_create(&t, NULL, writes, &y);
    while (running < 100) sched_yield();
    write_to(&y);
    _exit(told == 1 ? 0 : 1);
  }
  assert_int_equal(status_of(pid), 0);
}

static int set_up(void **state) {
  (void)state;
  race_init();
  for (int i = 0; i < 16; i++) pthread_mutex_init(&locks[i], NULL);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_child_goes_on_whatever_the_others_did),
      cmocka_unit_test(what_others_did_before_a_fork_is_ordered_in_the_child),
      cmocka_unit_test(the_child_is_checked),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
