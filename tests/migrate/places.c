// SPDX-License-Identifier: Apache-2.0
// places.c parks and yields, and looks after each time on which thread it is, what errno is, and whose copy of a
// thread-local it reads. Built by crun, since the plugin makes the last two right.
//   places N      N goroutines do so at once. Exit 1: a thread was kept, or errno or the thread-local was another's
#define _GNU_SOURCE
#include <crun/crun.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { YIELDS = 1000, SLEEPS = 100, UNLUCKY = 3 };

static _Thread_local pid_t owner;  // the number of the thread whose copy it is
static _Atomic long parks, kept, bad_errno, bad_local;

struct place {
  pid_t tid;
  int stayed;  // how often in a row
};

// own is the address of owner: an access by name alone would be relative to the thread's register, and always right.
static inline __attribute__((always_inline)) pid_t *own(void) {
  pid_t *p = &owner;
  __asm__ volatile("" : "+r"(p));
  return p;
}

// before and after are inlined on both sides of the park, in one function, where one address of errno and of owner
// would do if the thread stayed the same.
static inline __attribute__((always_inline)) void before(int i, struct place *p) {
  p->tid = *own() = gettid();
  errno = 1000 + i;
}

// A call may park twice, if the P was taken from its thread just then, and so come back to it: not three times in a row.
static inline __attribute__((always_inline)) void after(int i, struct place *p) {
  int e = errno;
  pid_t copy = *own(), tid = gettid();
  atomic_fetch_add(&parks, 1);
  p->stayed = tid == p->tid ? p->stayed + 1 : 0;
  if (p->stayed == UNLUCKY) atomic_fetch_add(&kept, 1);
  if (e != 1000 + i) atomic_fetch_add(&bad_errno, 1);
  if (copy != 0 && copy != tid) atomic_fetch_add(&bad_local, 1);  // 0: nobody wrote this thread's
}

static void yields(cr_waitgroup *wg) {
  struct place p = {0};
  for (int i = 0; i < YIELDS; i++) {
    before(i, &p);
    cr_yield();
    after(i, &p);
  }
  cr_waitgroup_done(wg);
}

static void sleeps(cr_waitgroup *wg) {
  struct place p = {0};
  for (int i = 0; i < SLEEPS; i++) {
    before(i, &p);
    cr_sleep(100000);
    after(i, &p);
  }
  cr_waitgroup_done(wg);
}

// The other side may have come first: then nobody parks.
static void plays(cr_chan(int) in, cr_chan(int) out, int serves, cr_waitgroup *wg) {
  int got;
  struct place p = {0};
  for (int i = 0; i < YIELDS; i++) {
    before(i, &p);
    if (serves) cr_chan_send(out, i);
    cr_chan_recv(in, &got);
    if (!serves) cr_chan_send(out, i);
    p.stayed = 0;
    after(i, &p);
  }
  cr_waitgroup_done(wg);
}

static void locked(cr_waitgroup *wg) {
  cr_lock_thread();
  pid_t tid = gettid();
  for (int i = 0; i < YIELDS; i++) {
    cr_yield();
    if (gettid() != tid) abort();
  }
  cr_unlock_thread();
  cr_waitgroup_done(wg);
}

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 1;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 4 * n + 1);
  for (int i = 0; i < n; i++) {
    cr_chan(int) a = cr_chan_make(int), b = cr_chan_make(int);
    cr_go(yields, &wg);
    cr_go(sleeps, &wg);
    cr_go(plays, a, b, 0, &wg);
    cr_go(plays, b, a, 1, &wg);
  }
  cr_go(locked, &wg);
  struct place p = {0};
  for (int i = 0; i < YIELDS; i++) {
    before(i, &p);
    cr_yield();
    after(i, &p);
  }
  cr_waitgroup_wait(&wg);
  printf("parks %ld, on the same thread %ld, another's errno %ld, another's thread-local %ld\n", parks, kept, bad_errno, bad_local);
  return kept || bad_errno || bad_local;
}
