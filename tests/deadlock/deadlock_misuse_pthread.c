// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a message with a pthread mutex held, which blocks the thread of whoever wants that: told without being asked for.
// exit: 0
// finding: lock-order parked-with-pthread-lock: keeps, takes, receives
// stderr: WARNING: POSSIBLE DEADLOCK: a goroutine waits while it holds a pthread lock
#include <crun/crun.h>
#include <pthread.h>

#define NOINLINE __attribute__((noinline))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int after;  // so that no call is in place of a return

NOINLINE static void takes(void) { pthread_mutex_lock(&lock); after++; }
NOINLINE static void receives(cr_chan(int) values) { cr_chan_recv(values, NULL); after++; }

NOINLINE static void keeps(cr_chan(int) values) {
  takes();
  receives(values);
  pthread_mutex_unlock(&lock);
}

// sends waits until keeps has parked: a sender who is there first leaves it nothing to wait for.
static void sends(cr_chan(int) values) {
  struct cr_stats s;
  do {
    cr_yield();
    cr_read_stats(&s);
  } while (s.pthread_lock_parks == 0);
  cr_chan_send(values, 7);
}

int main(void) {
  cr_chan(int) values = cr_chan_make(int, 0);
  cr_go(sends, values);
  keeps(values);
  return 0;
}
