// SPDX-License-Identifier: Apache-2.0
// scavenge_test.c: stacks give their memory back, of parked goroutines and of ended ones, and never what is used.
#include "sync_help.h"

#include <limits.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/scavenge.h"
#include "stack/stack.h"
#include "stack/trim.h"

enum { DEEP = 400, DEPTH = 100 * 1024, ENDED = 20000, RESTLESS = 64, ROUNDS = 300 };

// What AddressSanitizer keeps, in KB: of a deep stack an eighth, of any other a page, and some for each thread.
#ifdef __SANITIZE_ADDRESS__
enum { DEEP_SHADOW = DEEP * (DEPTH / 1024) / 8 + 12000, ENDED_SHADOW = ENDED * 5 };
#else
enum { DEEP_SHADOW = 0, ENDED_SHADOW = 0 };
#endif

// resident is how many KB the process holds. It allocates nothing: it is asked again and again, and AddressSanitizer
// keeps what was freed.
static long resident(void) {
  char text[128];
  long pages = 0;
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t n = read(fd, text, sizeof text - 1);
  check(n > 0);
  text[n] = 0;
  close(fd);
  check(sscanf(text, "%*d %ld", &pages) == 1);
  return pages * 4;
}

// uses writes bytes of stack, and finds them again.
static __attribute__((noinline)) void uses(int n, unsigned char mark) {
  volatile unsigned char frame[1000];
  for (size_t i = 0; i < sizeof frame; i++) frame[i] = (unsigned char)(mark + n);
  if (n > 0) uses(n - 1, mark);
  for (size_t i = 0; i < sizeof frame; i++) check(frame[i] == (unsigned char)(mark + n));
}

struct gate {
  cr_chan(int) go_on;
  _Atomic int there;
};

// deep was deep, parks with frames of its own, and is deep again.
static void deep(struct gate *g, int number) {
  volatile unsigned char kept[5000];
  int v;
  for (size_t i = 0; i < sizeof kept; i++) kept[i] = (unsigned char)(number + i);
  uses(DEPTH / 1100, 7);
  add_rlx(&g->there, 1);
  cr_chan_recv(g->go_on, &v);
  for (size_t i = 0; i < sizeof kept; i++) check(kept[i] == (unsigned char)(number + i));
  uses(DEPTH / 1100, 9);
  add_rlx(&g->there, 1);
}

static void count_waiting(struct g *gp, void *n) {
  if (load_acq(&gp->status) == G_WAITING && !gp->is_thread) ++*(int *)n;
}

static int waiting(void) {
  int n = 0;
  sched_each(count_waiting, &n);
  return n;
}

// all_parked waits until those that counted themselves in `there` have parked as well. It looks at all of them
// only when they are about to.
static void all_parked(_Atomic int *there, int n) {
  until(load_rlx(there) == n);
  until(waiting() == n);
}

// start_deep makes them all be parked, and returns what the process held before.
static long start_deep(struct gate *g) {
  g->go_on = cr_chan_make(int, 0);
  cr_go(deep, g, -1);  // the first of everything
  all_parked(&g->there, 1);
  cr_free_os_memory();  // or what earlier tests left goes meanwhile
  long before = resident();
  for (int i = 1; i < DEEP; i++) cr_go(deep, g, i);
  all_parked(&g->there, DEEP);
  return before;
}

static void end_deep(struct gate *g) {
  cr_chan_close(g->go_on);
  until(load_rlx(&g->there) == 2 * DEEP);
  cr_chan_free(g->go_on);
}

// Nine tenths of what was touched and is not needed any more have been given back.
static bool given_back(long before) {
  const long touched = DEEP * (DEPTH / 1024), needed = DEEP * 12;  // KB: two pages of kept frames and one more
  return resident() - before - DEEP_SHADOW < needed + (touched - needed) / 10;
}

static void at_once(void) {
  struct gate g = {0};
  long before = start_deep(&g);
  cr_free_os_memory();
  check(given_back(before));
  end_deep(&g);
}

static void by_and_by(void) {
  struct gate g = {0};
  long before = start_deep(&g);
  until(given_back(before));
  end_deep(&g);
}

static void nothing(_Atomic int *there, cr_chan(int) c) {
  int v;
  add_rlx(there, 1);
  cr_chan_recv(c, &v);
}

static void start_and_end(int n) {
  uint64_t others = cr_num_goroutines();
  cr_chan(int) c = cr_chan_make(int, 0);
  _Atomic int there = 0;
  for (int i = 0; i < n; i++) cr_go(nothing, &there, c);
  all_parked(&there, n);
  cr_chan_close(c);
  until(cr_num_goroutines() <= others);
  cr_chan_free(c);
}

// Ended goroutines leave nothing, and their stacks serve again.
static void ended(void) {
  start_and_end(100);
  cr_free_os_memory();
  long before = resident();
  for (int i = 0; i < 3; i++) {
    start_and_end(ENDED);
    long most = resident();
    check(most > before + ENDED * 2);  // a P keeps few
    cr_free_os_memory();
    check(resident() < before + before / 10 + 4096 + ENDED_SHADOW);
  }
}

static void ended_by_and_by(void) {
  start_and_end(100);
  long before = resident();
  start_and_end(ENDED / 4);
  until(resident() < before + before / 10 + 4096 + ENDED_SHADOW);
}

static void restless(cr_chan(int) in, cr_chan(int) out, int number) {
  int v;
  for (int i = 0; i < ROUNDS; i++) {
    cr_chan_recv(in, &v);
    uses(40, (unsigned char)(number + i));
    cr_chan_send(out, v);
  }
}

static void send_all(cr_chan(int) in) {
  for (int i = 0; i < RESTLESS * ROUNDS; i++) cr_chan_send(in, i);
}

static void free_always(_Atomic int *stop) {
  while (!load_rlx(stop)) cr_free_os_memory();
}

// Stacks are given back while their goroutines are made to run again: what is in use must stay.
static void while_they_wake(void) {
  static _Atomic int stop;
  uint64_t others = cr_num_goroutines();
  cr_chan(int) in = cr_chan_make(int, 0), out = cr_chan_make(int, 0);
  for (int i = 0; i < RESTLESS; i++) cr_go(restless, in, out, i);
  cr_go(free_always, &stop);
  cr_go(send_all, in);
  for (int i = 0, v; i < RESTLESS * ROUNDS; i++) cr_chan_recv(out, &v);
  store_rlx(&stop, 1);
  until(cr_num_goroutines() <= others);
  cr_chan_free(in);
  cr_chan_free(out);
}

// A goroutine whose stack is being trimmed is made to run: it waits until that is over.
static struct g *held_g;
static _Atomic int ran, held;

static void find_waiting(struct g *gp, void *arg) {
  if (load_acq(&gp->status) == G_WAITING && !gp->is_thread) held_g = gp;
}

static void runs(cr_chan(int) c) {
  int v;
  cr_chan_recv(c, &v);
  store_rel(&ran, 1);
}

// trimmer ends the trimming once somebody waits for it.
static void *trimmer(void *arg) {
  uint32_t state;
  while ((state = load_acq(&held_g->trimming)) != 2 && !load_acq(&ran)) sched_yield();
  if (state == 2 && !load_acq(&ran)) store_rel(&held, 1);
  store_rel(&held_g->trimming, 0);
  futex_wake(&held_g->trimming, INT_MAX);
  return NULL;
}

static void held_back(void) {
  cr_chan(int) c = cr_chan_make(int, 0);
  pthread_t t;
  store_rlx(&ran, 0), store_rlx(&held, 0);
  cr_go(runs, c);
  until(waiting() == 1);
  sched_each(find_waiting, NULL);
  store_rlx(&held_g->trimming, 1);
  add_seq(&sched.frozen, FROZEN_TRIM);
  check_eq(pthread_create(&t, NULL, trimmer, NULL), 0);
  cr_chan_send(c, 1);
  until(load_acq(&ran));
  pthread_join(t, NULL);
  check(load_acq(&held));
  add_seq(&sched.frozen, -(uint32_t)FROZEN_TRIM);
  cr_chan_free(c);
}

// In the child of a fork the thread that read stacks, or trimmed, is not there to say that it is done.
static void forked_meanwhile(void) {
  int status = -1;
  add_seq(&sched.frozen, FROZEN_TRIM);
  store_rlx(&getg()->trimming, 1);
  sched_freeze();
  pid_t pid = fork();
  if (pid == 0) {
    alarm(20);
    cr_sleep(1000);
    _exit(getg()->trimming || load_acq(&sched.frozen) ? 2 : 0);
  }
  sched_thaw();
  store_rlx(&getg()->trimming, 0);
  add_seq(&sched.frozen, -(uint32_t)FROZEN_TRIM);
  check_eq(waitpid(pid, &status, 0), pid);
  check_eq(status, 0);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(at_once), GO_TEST(by_and_by), GO_TEST(ended), GO_TEST(ended_by_and_by), GO_TEST(while_they_wake),
      GO_TEST(held_back), GO_TEST(forked_meanwhile),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
