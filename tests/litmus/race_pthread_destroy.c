// SPDX-License-Identifier: Apache-2.0
// A lock is destroyed, or its memory freed, while another thread may still use it.
// ARGS: 0..8
// RACE-ALSO: atomic read A, write B
// RACE-ALSO: atomic read A, free B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <semaphore.h>
#include <threads.h>

union lock {
  pthread_mutex_t mutex;
  pthread_rwlock_t rwlock;
  pthread_cond_t cond;
  pthread_spinlock_t spin;
  sem_t sem;
  mtx_t mtx;
  cnd_t cnd;
};
union lock *l;

static void make(int n) {
  l = malloc(sizeof *l);
  switch (n) {
    case 0: case 8: pthread_mutex_init(&l->mutex, NULL); break;
    case 1: case 2: pthread_rwlock_init(&l->rwlock, NULL); break;
    case 3: pthread_cond_init(&l->cond, NULL); break;
    case 4: pthread_spin_init(&l->spin, 0); break;
    case 5: sem_init(&l->sem, 0, 0); break;
    case 6: mtx_init(&l->mtx, mtx_plain); break;
    case 7: cnd_init(&l->cnd); break;
  }
}

// clang-format off
#define USE(n)                                               \
  ((n) == 0 || (n) == 8 ? (void)pthread_mutex_trylock(&l->mutex) \
   : (n) == 1 ? (void)pthread_rwlock_tryrdlock(&l->rwlock)   \
   : (n) == 2 ? (void)pthread_rwlock_trywrlock(&l->rwlock)   \
   : (n) == 3 ? (void)pthread_cond_signal(&l->cond)          \
   : (n) == 4 ? (void)pthread_spin_trylock(&l->spin)         \
   : (n) == 5 ? (void)sem_post(&l->sem)                      \
   : (n) == 6 ? (void)mtx_trylock(&l->mtx)                   \
              : (void)cnd_broadcast(&l->cnd))
#define DESTROY(n)                                           \
  ((n) == 0   ? (void)pthread_mutex_destroy(&l->mutex)       \
   : (n) == 1 || (n) == 2 ? (void)pthread_rwlock_destroy(&l->rwlock) \
   : (n) == 3 ? (void)pthread_cond_destroy(&l->cond)         \
   : (n) == 4 ? (void)pthread_spin_destroy(&l->spin)         \
   : (n) == 5 ? (void)sem_destroy(&l->sem)                   \
   : (n) == 6 ? (void)mtx_destroy(&l->mtx)                   \
   : (n) == 7 ? (void)cnd_destroy(&l->cnd)                   \
              : free(l))
// clang-format on

static void *thread(void *arg) {
  int n = atoi(arg);
  racer(0);
  USE(n);  // @A
  if (n == 0) pthread_mutex_unlock(&l->mutex);
  next();
  return arg;
}

int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  make(n);
  spawn(thread, argv[1]);
  racer(1);
  DESTROY(n);  // @B
  next();
  turn(2);
}
