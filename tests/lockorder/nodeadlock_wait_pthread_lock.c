// SPDX-License-Identifier: Apache-2.0
// A goroutine takes a message first and then the pthread mutex, and holds no lock over a wait but a sleep.
#include <crun/crun.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static int kept;

static void keeps(cr_chan(int) values) {
  int v;
  cr_chan_recv(values, &v);
  pthread_rwlock_rdlock(&table);
  pthread_mutex_lock(&lock);
  kept = v;
  cr_sleep(1000);
  pthread_mutex_unlock(&lock);
  pthread_rwlock_unlock(&table);
  cr_yield();
}

static void sends(cr_chan(int) values) { cr_chan_send(values, 7); }

int main(void) {
  cr_chan(int) values = cr_chan_make(int, 0);
  cr_go(sends, values);
  keeps(values);
  return kept != 7;
}
