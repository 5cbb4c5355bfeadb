// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a message while it holds a pthread mutex: whoever wants the mutex blocks its thread so long.
// exit: 0
// finding: lock-order parked-with-pthread-lock: keeps
#include <crun/crun.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int kept;

static __attribute__((noinline)) void keeps(cr_chan(int) values) {
  pthread_mutex_lock(&lock);
  cr_chan_recv(values, &kept);
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
  return kept != 7;
}
