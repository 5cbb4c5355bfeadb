// SPDX-License-Identifier: Apache-2.0
// signal_test.c: a signal that interrupts the detector is handled when the thread leaves it, as it would have been.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inside.h"
#include "signal_hold.h"

enum { SEEN = 16 };
static struct {
  int sig, code, value;
  uint8_t inside;
  bool blocked;  // the signal itself, while it is handled
} seen[SEEN];
static int nseen;

static bool is_blocked(int sig) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  return sigismember(&mask, sig);
}

static void handler(int sig, siginfo_t *info, void *context) {
  assert_non_null(context);
  assert_true(nseen < SEEN);
  seen[nseen].sig = sig;
  seen[nseen].code = info->si_code;
  seen[nseen].value = info->si_value.sival_int;
  seen[nseen].inside = race_inside;
  seen[nseen++].blocked = is_blocked(sig);
  errno = 0;
}

static void install(int sig, int flags) {
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  assert_int_equal(sigaction(sig, &sa, NULL), 0);
}

static int start(void **state) {
  memset(seen, 0, sizeof seen);
  nseen = 0;
  return 0;
}

static void test_outside_at_once(void **state) {
  install(SIGUSR1, 0);
  raise(SIGUSR1);
  assert_int_equal(nseen, 1);
  assert_true(seen[0].blocked);
}

static void test_inside_it_waits(void **state) {
  install(SIGUSR1, 0);
  inside_begin();
  raise(SIGUSR1);
  assert_int_equal(nseen, 0);
  errno = EDOM;
  inside_end();
  assert_int_equal(nseen, 1);
  assert_int_equal(seen[0].sig, SIGUSR1);
  assert_int_equal(seen[0].code, SI_TKILL);
  assert_int_equal(seen[0].inside, 0);
  assert_true(seen[0].blocked);
  assert_false(is_blocked(SIGUSR1));
  assert_false(is_blocked(SIGTERM));
}

static void test_errno_is_kept_while_it_waits(void **state) {
  install(SIGUSR1, 0);
  inside_begin();
  errno = EDOM;
  raise(SIGUSR1);
  assert_int_equal(errno, EDOM);
  inside_end();
}

static void test_values_and_order(void **state) {
  install(SIGRTMIN, 0);
  install(SIGUSR1, 0);
  inside_begin();
  for (int i = 0; i < 5; i++) sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 10 + i});
  raise(SIGUSR1);
  assert_int_equal(nseen, 0);
  inside_end();
  assert_int_equal(nseen, 6);
  int next = 10;
  for (int i = 0; i < 6; i++) {
    if (seen[i].sig != SIGRTMIN) continue;
    assert_int_equal(seen[i].code, SI_QUEUE);
    assert_int_equal(seen[i].value, next++);
  }
  assert_int_equal(next, 15);
}

static void test_nodefer(void **state) {
  install(SIGUSR1, SA_NODEFER);
  inside_begin();
  raise(SIGUSR1);
  inside_end();
  assert_int_equal(nseen, 1);
  assert_false(seen[0].blocked);
}

static void test_one_shot(void **state) {
  struct sigaction old;
  install(SIGURG, (int)SA_RESETHAND);  // ignored by default
  inside_begin();
  raise(SIGURG);
  inside_end();
  raise(SIGURG);
  assert_int_equal(nseen, 1);
  sigaction(SIGURG, NULL, &old);
  assert_true(old.sa_handler == SIG_DFL);
}

static void test_nested_and_held(void **state) {
  install(SIGUSR1, 0);
  signal_hold();
  inside_begin();
  uint8_t was = inside_enter();
  raise(SIGUSR1);
  inside_leave(was);
  assert_int_equal(nseen, 0);
  inside_end();
  assert_int_equal(nseen, 0);
  signal_unhold();
  assert_int_equal(nseen, 1);
}

static void test_mask_of_the_program(void **state) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &one, NULL);
  install(SIGUSR1, 0);
  install(SIGUSR2, 0);
  inside_begin();
  raise(SIGUSR2);
  raise(SIGUSR1);
  inside_end();
  assert_int_equal(nseen, 1);
  assert_int_equal(seen[0].sig, SIGUSR1);
  assert_true(is_blocked(SIGUSR2));
  pthread_sigmask(SIG_UNBLOCK, &one, NULL);
  assert_int_equal(nseen, 2);
}

static sigjmp_buf back;
static volatile uintptr_t nowhere = 16;
static void on_fault(int sig) { siglongjmp(back, 1 + race_inside); }

static void test_a_fault_does_not_wait(void **state) {
  void (*before)(int) = signal(SIGSEGV, on_fault);
  int r = sigsetjmp(back, 1);
  if (r == 0) {
    inside_begin();
    *(volatile int *)(uintptr_t)nowhere = 0;
  }
  assert_int_equal(r, 2);
  race_inside = 0;
  signal(SIGSEGV, before);
}

static void test_what_was_installed(void **state) {
  struct sigaction old;
  install(SIGUSR1, SA_NODEFER | (int)SA_RESETHAND);
  sigaction(SIGUSR1, NULL, &old);
  assert_ptr_equal(old.sa_sigaction, handler);
  const int flags = (int)(SA_SIGINFO | SA_NODEFER | SA_RESETHAND);
  assert_int_equal(old.sa_flags & flags, flags);
  assert_ptr_equal(signal(SIGUSR1, on_fault), handler);
  assert_true(signal(SIGUSR1, SIG_IGN) == on_fault);
  assert_true(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
  assert_int_equal(sigaction(SIGKILL, &old, NULL), -1);
  assert_int_equal(errno, EINVAL);
}

// A thread of the runtime's runs nobody at times.
static void test_nobody_runs(void **state) {
  install(SIGUSR1, 0);
  race_g *me = race_cur;
  race_cur = NULL;
  raise(SIGUSR1);
  raise(SIGUSR1);
  assert_null(race_cur);
  race_cur = me;
  assert_int_equal(nseen, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_outside_at_once, start),
      cmocka_unit_test_setup(test_inside_it_waits, start),
      cmocka_unit_test_setup(test_errno_is_kept_while_it_waits, start),
      cmocka_unit_test_setup(test_values_and_order, start),
      cmocka_unit_test_setup(test_nodefer, start),
      cmocka_unit_test_setup(test_one_shot, start),
      cmocka_unit_test_setup(test_nested_and_held, start),
      cmocka_unit_test_setup(test_mask_of_the_program, start),
      cmocka_unit_test_setup(test_a_fault_does_not_wait, start),
      cmocka_unit_test_setup(test_what_was_installed, start),
      cmocka_unit_test_setup(test_nobody_runs, start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
