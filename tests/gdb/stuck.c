// SPDX-License-Identifier: Apache-2.0
// stuck.c: for gdb.sh: one goroutine waits to send, one for a lock, one computes, one has not begun, and a
// thread of the program's own waits to receive. With an argument it dies of it.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <stdbool.h>

static volatile int spins;
static mutex lock;

static void feed(chan(int) c, int value) {
  cr_set_name("feed");
  chan_send(c, value);
}
static void locks(void) { mutex_lock(&lock); }
static void computes(void) { for (spins = 1;;) {} }
static void never(int n) { (void)n; }
static void *thread(void *c) {
  int v;
  chan_recv((chan(int))c, &v);
  return NULL;
}

__attribute__((noinline)) void stuck(bool dies) { if (dies) cr_panic("for a core"); }

int main(int argc, char **argv) {
  pthread_t t;
  mutex_lock(&lock);
  go(feed, chan_make(int), 4711);
  go_yield();
  go(locks);
  go_yield();
  pthread_create(&t, NULL, thread, (void *)chan_make(int));
  while (cr_num_goroutines() < 4) go_yield();
  go(computes);
  while (!spins) {}
  go(never, 1);
  stuck(argc > 1);
  return argv == NULL;
}
// ~ ^\* 1 \[running\] stuck \(stuck.c:25\)$
// ~ ^  2 "feed" \[chan send\] feed \(stuck.c:14\)$
// ~ ^  3 \[sync.Mutex.Lock, owner goroutine 1\] locks \(stuck.c:16\)$
// ~ ^  4 \[.*\] thread \(stuck.c:21\)$
// ~ ^  5 \[running\] computes \(stuck.c:17\)$
// ~ ^  6 \[runnable\] never, not begun$
// ~ ^#[0-9]+ .* in .*chan.c:
// ~ ^#[0-9]+ .* in feed \(c=0x[0-9a-f]+, value=4711\) at .*stuck.c:14$
// ~ ^\$1 = 4711$
// ~ ^#0 .* computes \(\) at .*stuck.c:17$
// ~ ^goroutine 6: never, not begun$
// ~ ^  2 "feed" \[chan send\]
// ~ ^  3 \[sync.Mutex.Lock.*\] locks
// ~ ^\$2 = (true|false)$
// ~ ^#0 
