// SPDX-License-Identifier: Apache-2.0
// rseq_test.c: rseq_store_if stores what it says, and undoes nobody's change once rseq_barrier has returned.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "base/rseq.h"

enum { STOP = 1, ROUNDS = 1000, LOOKS = 200 };

static _Atomic uint64_t word;
static _Atomic bool ended;

static void stores_what_it_says(void **state) {
  word = 5;
  assert_false(rseq_store_if(&word, 4, 6));
  assert_int_equal(word, 5);
  bool stored = false;
  for (int i = 0; i < 1000 && !stored; i++) stored = rseq_store_if(&word, 5, 6);  // an interruption is no failure
  assert_true(stored);
  assert_int_equal(word, 6);
}

// counts adds 2 to the word by plain stores, whenever STOP is not in it.
static void *counts(void *arg) {
  while (!load_rlx(&ended)) {
    uint64_t w = load_rlx(&word);
    if (!(w & STOP)) rseq_store_if(&word, w, w + 2);
  }
  return arg;
}

// stop sets STOP, for good; false: it was undone before the barrier returned.
static bool stop(void) {
  or_rlx(&word, STOP);
  rseq_barrier();
  return load_rlx(&word) & STOP;
}

static void a_change_stays(void **state) {
  pthread_t t;
  word = 0;
  ended = false;
  assert_int_equal(pthread_create(&t, NULL, counts, NULL), 0);
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t before = load_rlx(&word);
    while (i % 50 == 0 && load_rlx(&word) == before) sched_yield();  // it stores
    while (!stop()) {}
    uint64_t w = load_rlx(&word);
    for (int k = 0; k < LOOKS; k++) {
      assert_int_equal(load_rlx(&word), w);
      cpu_relax();
    }
    and_rlx(&word, ~(uint64_t)STOP);
  }
  ended = true;
  pthread_join(t, NULL);
}

// A thread that the kernel does not watch stores nothing.
static void *unregisters(void *arg) {
  char *area = (char *)__builtin_thread_pointer() + rseq_use.area;
  bool gone = false;
  for (unsigned size = 32; size <= 256 && !gone; size += 4) gone = syscall(SYS_rseq, area, size, 1, 0x53053053) == 0;
  *(bool *)arg = gone && !rseq_store_if(&word, load_rlx(&word), 0);
  return NULL;
}

static void not_for_unregistered_threads(void **state) {
  pthread_t t;
  bool refused = false;
  word = 8;
  assert_int_equal(pthread_create(&t, NULL, unregisters, &refused), 0);
  pthread_join(t, NULL);
  assert_true(refused);
  assert_int_equal(word, 8);
}

static void works_after_fork(void **state) {
  pid_t pid = fork();
  if (pid == 0) {
    rseq_barrier();  // fatal if it fails
    _exit(7);
  }
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(void) {
  rseq_init();
  if (!rseq_is_usable()) {
    puts("this machine has no restartable sequences, or no barrier for them");
    return 0;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stores_what_it_says),
      cmocka_unit_test(a_change_stays),
      cmocka_unit_test(not_for_unregistered_threads),
      cmocka_unit_test(works_after_fork),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
