// SPDX-License-Identifier: Apache-2.0
// lock_thread_test.c: a goroutine that is locked to its thread stays there, keeps others off, and takes it along.
#include "sync_help.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/os.h"

static void computes(int rounds) {
  for (volatile int i = 0; i < rounds; i++) continue;
}

// ---- where it runs ---------------------------------------------------------------------------------

static void stays(int rounds, cr_chan(int) c, cr_waitgroup *wg) {
  cr_lock_thread();
  int tid = os_tid();
  for (int i = 0; i < rounds; i++) {
    int got;
    if (i % 3 == 0) cr_chan_recv(c, &got);
    else if (i % 3 == 1) cr_yield();
    else cr_sleep(10000);
    check_eq(os_tid(), tid);
  }
  cr_unlock_thread();
  cr_waitgroup_done(wg);
}

static void feeds(int n, cr_chan(int) c, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) cr_chan_send(c, i);
  cr_waitgroup_done(wg);
}

static void many_stay(int n, int rounds) {
  cr_chan(int) c = cr_chan_make(int);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2 * n);
  for (int i = 0; i < n; i++) {
    cr_go(stays, rounds, c, &wg);
    cr_go(feeds, (rounds + 2) / 3, c, &wg);
  }
  cr_waitgroup_wait(&wg);
  cr_chan_free(c);
}

static void one_stays_on_its_thread(void) { many_stay(1, 300); }
static void many_stay_on_theirs(void) { many_stay(40, 60); }

static void locks_nest(void) {
  cr_unlock_thread();  // nothing is locked: nothing happens
  cr_lock_thread();
  cr_lock_thread();
  int tid = os_tid();
  cr_unlock_thread();
  for (int i = 0; i < 100; i++) {
    cr_yield();
    check_eq(os_tid(), tid);
  }
  cr_unlock_thread();
  many_stay(2, 6);
}

// Each locked goroutine hands a word on to the next, so each hand-over is one between threads.
static void passes(cr_chan(int) from, cr_chan(int) to, cr_waitgroup *wg) {
  cr_lock_thread();
  int tid = os_tid(), v;
  while (cr_chan_recv(from, &v)) {
    check_eq(os_tid(), tid);
    cr_chan_send(to, v + 1);
  }
  cr_chan_close(to);
  cr_waitgroup_done(wg);
}

static void a_chain_of_locked_ones(void) {
  enum { N = 10 };
  cr_chan(int) c[N + 1];
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i <= N; i++) c[i] = cr_chan_make(int);
  for (int i = 0; i < N; i++) cr_go(passes, c[i], c[i + 1], &wg);
  for (int i = 0; i < 50; i++) {
    int v;
    cr_chan_send(c[0], i);
    check(cr_chan_recv(c[N], &v));
    check_eq(v, i + N);
  }
  cr_chan_close(c[0]);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i <= N; i++) cr_chan_free(c[i]);
}

static _Atomic int locked_tid;

static void notes_tid(cr_waitgroup *wg) {
  check(os_tid() != locked_tid);
  computes(1000);
  cr_waitgroup_done(wg);
}

// No other goroutine runs on the thread while the one it belongs to is parked.
static void others_keep_off(void) {
  cr_waitgroup wg = {0};
  cr_lock_thread();
  locked_tid = os_tid();
  for (int i = 0; i < 500; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(notes_tid, &wg);
  }
  cr_waitgroup_wait(&wg);
  cr_unlock_thread();
}

static void spins(_Atomic int *stop, cr_waitgroup *wg) {
  while (!*stop) computes(10);
  cr_waitgroup_done(wg);
}

// It loses its P to those that compute, and gets one back where it is.
static void the_thread_is_kept_without_a_p(void) {
  _Atomic int stop = 0;
  cr_waitgroup wg = {0};
  cr_lock_thread();
  int tid = os_tid();
  for (int i = 0; i < cr_maxprocs(); i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(spins, &stop, &wg);
  }
  for (int i = 0; i < 5; i++) {
    syscall(SYS_nanosleep, &(struct timespec){0, 3000000}, NULL);  // blocks the thread
    cr_yield();
    check_eq(os_tid(), tid);
  }
  stop = 1;
  cr_waitgroup_wait(&wg);
  cr_unlock_thread();
}

// ---- how it ends ---------------------------------------------------------------------------------

static _Atomic int destroyed;
static void destroys(void *arg) {
  check_eq(cr_chan_try_send((cr_chan(int))arg, 1), 0);  // as a thread that is not the runtime's
  destroyed++;
}

static pthread_key_t key;

static void ends_locked(_Atomic int *tid, cr_chan(int) c) {
  cr_lock_thread();
  pthread_setspecific(key, c);
  *tid = os_tid();
}

static bool task_exists(int tid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d", tid);
  return access(path, F_OK) == 0;
}

static void the_thread_ends_with_it(void) {
  cr_chan(int) c = cr_chan_make(int);
  destroyed = 0;
  check_eq(pthread_key_create(&key, destroys), 0);
  for (int i = 1; i <= 20; i++) {
    _Atomic int tid = 0;
    cr_go(ends_locked, &tid, c);
    until(destroyed == i && !task_exists(tid));
  }
  pthread_key_delete(key);
  cr_chan_free(c);
}

static int tasks_named(const char *name) {
  DIR *d = opendir("/proc/self/task");
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) {
    char path[300], comm[32] = "";
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", e->d_name);
    FILE *f = fopen(path, "r");
    if (!f) continue;
    if (fgets(comm, sizeof comm, f)) comm[strcspn(comm, "\n")] = 0;
    n += strcmp(comm, name) == 0;
    fclose(f);
  }
  closedir(d);
  return n;
}

// A thread has the name of the one that made it: none may be made by the locked one. In a process of its own, so
// that no thread is there to be used again.
static void done(cr_waitgroup *wg) { cr_waitgroup_done(wg); }

static void nobody_takes_after_it(void) {
  cr_waitgroup wg = {0};
  cr_lock_thread();
  prctl(PR_SET_NAME, "locked one");
  cr_waitgroup_add(&wg, 100);
  for (int i = 0; i < 100; i++) cr_go(done, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(tasks_named("locked one"), 1);
  cr_panic("names are their own");
}

static void *calls(void *arg) {
  cr_lock_thread();
  cr_yield();
  cr_unlock_thread();
  cr_unlock_thread();
  cr_lock_thread();
  return arg;
}

static void on_a_foreign_thread_nothing_happens(void) {
  pthread_t t;
  check_eq(pthread_create(&t, NULL, calls, NULL), 0);
  pthread_join(t, NULL);
}

// ---- main, and what ends the process ---------------------------------------------------------------

static void nothing(void) {}

static void main_stays(void) {
  cr_lock_thread();
  for (int i = 0; i < 50; i++) {
    cr_go(nothing);
    cr_sleep(20000);
    check_eq(os_tid(), getpid());
  }
  cr_panic("main is where it was");
}

// No other thread is there to wake it, and the P is free.
static void main_sleeps_alone(void) {
  cr_lock_thread();
  cr_sleep(2 * CR_MILLISECOND);
  cr_panic("main woke up");
}

static void exits_locked(void) {
  cr_sleep(CR_MILLISECOND);
  cr_panic("the others went on");
}

static void main_ends_locked(void) {
  cr_lock_thread();
  cr_go(exits_locked);
  cr_goexit();
}

static void waits_locked(void) {
  cr_lock_thread();
  cr_chan_recv((cr_chan(int))NULL, NULL);
}

static void all_wait_locked(void) {
  for (int i = 0; i < 5; i++) cr_go(waits_locked);
  waits_locked();
}

static void dumps(void) {
  cr_go(waits_locked);
  cr_sleep(CR_MILLISECOND);
  cr_panic("dump");
}

static const struct child_case cases[] = {
    {"main_stays", main_stays, "panic: main is where it was"},
    {"main_sleeps_alone", main_sleeps_alone, "panic: main woke up"},
    {"main_ends_locked", main_ends_locked, "panic: the others went on"},
    {"all_wait_locked", all_wait_locked, "fatal error: all goroutines are asleep - deadlock!"},
    {"nobody_takes_after_it", nobody_takes_after_it, "panic: names are their own"},
    {"dumps", dumps, "[chan receive (nil chan), locked to thread]:"},
};

static void fatal_ends(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      GO_TEST(one_stays_on_its_thread),  GO_TEST(many_stay_on_theirs),
      GO_TEST(locks_nest),               GO_TEST(a_chain_of_locked_ones),
      GO_TEST(others_keep_off),          GO_TEST(the_thread_is_kept_without_a_p),
      GO_TEST(the_thread_ends_with_it),  GO_TEST(on_a_foreign_thread_nothing_happens),
      GO_TEST(fatal_ends),
  };
  return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
