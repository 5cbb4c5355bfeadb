// SPDX-License-Identifier: Apache-2.0
// A pthread mutex is held over a sleep, a send that finds room, and a yield: nobody is waited for.
#include <crun/crun.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void keeps(cr_chan(int) values) {
  pthread_mutex_lock(&lock);
  cr_sleep(1);
  cr_chan_send(values, 7);
  cr_yield();
  pthread_mutex_unlock(&lock);
}

int main(void) {
  cr_chan(int) values = cr_chan_make(int, 1);
  cr_go(keeps, values);
  cr_chan_recv(values, NULL);
  return 0;
}
