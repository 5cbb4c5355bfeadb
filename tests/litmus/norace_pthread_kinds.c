// SPDX-License-Identifier: Apache-2.0
// Locks of every kind and their timed forms, C11's threads, cancellation, and destructors of keys, which run before a join.
// ARGS: 0..7
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <errno.h>
#include <threads.h>
#include <time.h>

int x, y;
static int kind;
static pthread_mutex_t mutex;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_key_t key;
static mtx_t mtx;
static cnd_t cnd;
static once_flag once = ONCE_FLAG_INIT;

static const struct timespec never = {.tv_sec = 1ll << 40};

static void count_destroyed(void *arg) { ++*(int *)arg; }

static void make(void) {
  static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ADAPTIVE_NP};
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, types[kind % 4]);
  if (kind == 4) pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attr);
  pthread_key_create(&key, count_destroyed);
  mtx_init(&mtx, mtx_timed);
  cnd_init(&cnd);
}

static void *locks(void *arg) {
  for (int i = 0; i < 20; i++) {
    if (pthread_mutex_timedlock(&mutex, &never)) abort();
    x++;
    pthread_mutex_unlock(&mutex);
  }
  return arg;
}

// The owner dies, and who comes next knows what it did.
static void *dies(void *arg) {
  int r = pthread_mutex_lock(&mutex);
  if (r == EOWNERDEAD) pthread_mutex_consistent(&mutex);
  x++;
  return arg;
}

static void *writes(void *arg) {
  for (int i = 0; i < 20; i++) {
    if (pthread_rwlock_timedwrlock(&rwlock, &never)) abort();
    x++;
    pthread_rwlock_unlock(&rwlock);
    if (pthread_rwlock_timedrdlock(&rwlock, &never)) abort();
    use(x);
    pthread_rwlock_unlock(&rwlock);
  }
  return arg;
}

static void *is_cancelled(void *arg) {
  pthread_setspecific(key, arg);
  next();
  for (;;) pause();
  return arg;
}

static void set_once(void) { y = 1; }

static int c11(void *arg) {
  call_once(&once, set_once);
  use(y);
  mtx_timedlock(&mtx, &never);
  x++;
  cnd_signal(&cnd);
  mtx_unlock(&mtx);
  return arg != NULL;
}

static void run_c11(void) {
  thrd_t t[2];
  tss_t tss;
  for (int i = 0; i < 2; i++) thrd_create(&t[i], c11, &tss);
  mtx_lock(&mtx);
  while (x < 2) cnd_wait(&cnd, &mtx);
  mtx_unlock(&mtx);
  for (int i = 0; i < 2; i++) thrd_join(t[i], NULL);
  x++;
}

static void run(void *(*fn)(void *)) {
  pthread_t t[3];
  int own[3] = {0};
  for (int i = 0; i < 3; i++) t[i] = spawn(fn, &own[i]);
  if (fn == is_cancelled) turn(3);
  for (int i = 0; i < 3 && fn == is_cancelled; i++) pthread_cancel(t[i]);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  x += own[0] + own[1] + own[2];
  if (fn == is_cancelled && x != 3) abort();
}

int main(int argc, char **argv) {
  kind = atoi(argv[1]);
  make();
  if (kind < 4) run(locks);
  else if (kind == 4) run(dies);
  else if (kind == 5) run(writes);
  else if (kind == 6) run(is_cancelled);
  else run_c11();
}
